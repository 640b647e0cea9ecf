import { type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { campaignPageLimits, messagePageLimits, type PageArguments } from '../../domain/lists/page.js';
import { needFor, noParts, type PageParts, pagePartsOf, unionOf } from '../../domain/lists/page-parts.js';
import { identityFields } from '../../resolvers/look-ahead.js';
import { pageOf, representationsOf, representedSid, sidOf, sidsOf } from './arguments.js';
import { pageCalls, pageRows, type WindowRows } from './page-calls.js';
import {
  type AnswerShape,
  EstimateTooLong,
  type SelectedField,
  type Selection,
  type ShapeContext,
} from './selection.js';

/** The parts of a page that the selection on its connection shows. */
function partsOf(connection: Selection, shape: AnswerShape): PageParts {
  const pageInfo = connection.fields
    .filter(({ name }) => name === 'pageInfo')
    .flatMap((field) => shape.below(field).fields);
  return pagePartsOf(connection.fields.map(nameOf), pageInfo.map(nameOf));
}

function nameOf({ name }: SelectedField): string {
  return name;
}

/** Everything that an estimate depends on besides the selection. */
export interface CostContext extends ShapeContext {
  /** The most calls for a batch of entities, besides the one for the newest window. */
  readonly batchCalls: number;
  readonly windowRows: { readonly campaigns: WindowRows; readonly messages: WindowRows };
}

/** An estimate over any limit, for operations that nest too deep or take too long to estimate. */
const endless = 1_000_000_000;
/** A campaign's messages, their campaign's messages, and once more. */
const maximumNesting = 3;

/**
 * All selections on one campaign, wherever in the operation: the same page of its messages is read once.
 * Messages below a message's campaign count for every message, since every row appears in the response again.
 */
class CampaignScope {
  readonly #shape: AnswerShape;
  readonly #context: CostContext;
  readonly #nesting: number;
  readonly #pages = new Map<unknown, { readonly page: PageArguments; readonly parts: PageParts }>();
  readonly #added = new Set<Selection>();
  readonly #nested = new Map<unknown, Set<Selection>>();
  #details = false;
  #nestedDetails = false;
  #nestedCalls = 0;

  constructor(shape: AnswerShape, context: CostContext, nesting = 0) {
    this.#shape = shape;
    this.#context = context;
    this.#nesting = nesting;
  }

  /** True if a field is selected that only the campaign itself has. */
  get hasDetails(): boolean {
    return this.#details;
  }

  /** True if such a field is selected only below the campaign's messages. */
  get hasOnlyNestedDetails(): boolean {
    return this.#nestedDetails && !this.#details;
  }

  /** The most calls for its messages. */
  get messageCalls(): number {
    const { messages } = this.#context.windowRows;
    let calls = this.#nestedCalls;
    for (const { page, parts } of this.#pages.values())
      calls += pageCalls(page, messagePageLimits, messages, parts);
    return Math.min(endless, calls);
  }

  /** Adds a selection on the campaign. */
  add(selection: Selection): void {
    if (this.#added.has(selection)) return;
    this.#added.add(selection);
    for (const field of selection.fields) {
      this.#shape.step();
      if (field.name === 'messages') this.#addMessages(field);
      else if (!identityFields.has(field.name)) this.#details = true;
    }
  }

  /** Adds the selection of a root field, which is null without a campaign: something must be read to know. */
  addRoot(selection: Selection): void {
    this.add(selection);
    const reads = selection.fields.some((field) => field.name === 'messages' && this.#isRead(field));
    if (!reads) this.#details = true;
  }

  /** Takes an item of `campaignsBySid`: it is read whatever is selected, since an unknown sid is null. */
  addListed(selection: Selection): void {
    this.add(selection);
    this.#details = true;
  }

  #isRead(field: SelectedField): boolean {
    const { page } = pageOf(field, this.#context.variableValues);
    const parts = partsOf(this.#shape.below(field), this.#shape);
    return needFor(parts, page, pageRows(page, messagePageLimits)) !== 'nothing';
  }

  #addMessages(field: SelectedField): void {
    const { page, identity } = pageOf(field, this.#context.variableValues);
    if (identity === field) this.#details = true; // if it is refused, it does not show whether the campaign exists
    const parts = partsOf(this.#shape.below(field), this.#shape);
    addPage(this.#pages, identity, page, parts);
    const rows = pageRows(page, messagePageLimits);
    const nested = this.#nested.get(identity) ?? new Set<Selection>();
    this.#nested.set(identity, nested);
    for (const message of rowSelections(this.#shape.below(field), this.#shape))
      for (const below of message.fields) {
        this.#shape.step();
        if (below.name === 'campaign') this.#addNested(this.#shape.below(below), rows, nested);
      }
  }

  #addNested(selection: Selection, rows: number, known: Set<Selection>): void {
    if (rows === 0 || known.has(selection)) return;
    known.add(selection);
    if (this.#nesting === maximumNesting) {
      this.#nestedCalls = endless;
      return;
    }
    const nested = new CampaignScope(this.#shape, this.#context, this.#nesting + 1);
    nested.add(selection);
    if (nested.#details || nested.#nestedDetails) this.#nestedDetails = true;
    this.#nestedCalls = Math.min(endless, this.#nestedCalls + rows * nested.messageCalls);
  }
}

/**
 * Adds the parts that a selection shows of a page. Equal pages share their windows, except that a total alone may come from
 * another window than the rows of a page with a cursor.
 */
function addPage(
  pages: Map<unknown, { readonly page: PageArguments; readonly parts: PageParts }>,
  identity: unknown,
  page: PageArguments,
  parts: PageParts,
): void {
  const isTotalAlone = (page.after ?? page.before) != null && needFor(parts, page, 1) === 'total';
  const key = isTotalAlone && typeof identity === 'string' ? `total ${identity}` : identity;
  pages.set(key, { page, parts: unionOf(pages.get(key)?.parts ?? noParts, parts) });
}

/** The selections of a connection on its rows: `nodes`, and `node` of `edges`. */
function rowSelections(connection: Selection, shape: AnswerShape): Selection[] {
  return connection.fields.flatMap((field) => {
    shape.step();
    if (field.name === 'nodes') return [shape.below(field)];
    if (field.name !== 'edges') return [];
    return shape
      .below(field)
      .fields.filter(({ name }) => name === 'node')
      .map((node) => shape.below(node));
  });
}

/** A read to check the rules, the write, and another read where the upstream refuses after all. */
const changeCalls = 3;

/**
 * The most upstream calls of an operation, as if nothing were cached and every page full. Equal reads count once. Retries, and
 * lists that change meanwhile, are not included (docs/reading.md, "Cost").
 * @param shape the shape of its response.
 */
export function operationCost(
  { operation }: OperationDefinitionNode,
  shape: AnswerShape,
  context: CostContext,
): number {
  try {
    const estimate = new OperationCost(shape, context);
    if (operation === OperationTypeNode.SUBSCRIPTION) return estimate.event;
    return operation === OperationTypeNode.MUTATION ? estimate.mutations : estimate.query;
  } catch (error) {
    if (error instanceof EstimateTooLong) return endless;
    throw error;
  }
}

class OperationCost {
  readonly #shape: AnswerShape;
  readonly #context: CostContext;

  constructor(shape: AnswerShape, context: CostContext) {
    this.#shape = shape;
    this.#context = context;
  }

  get query(): number {
    return Math.min(endless, this.#campaignsBySid() + this.#campaignLists());
  }

  /** The response to a change contains the campaign; only messages are read. */
  get mutations(): number {
    return this.#fields.reduce((sum, field) => {
      const calls = field.name === 'createCampaign' ? 1 : changeCalls;
      return sum + calls + this.#campaignsIn(field).messageCalls;
    }, 0);
  }

  /** The start of a subscription, or one of its events: the campaign, and its messages. */
  get event(): number {
    return this.#fields.reduce((sum, field) => {
      const scope = field.name === 'campaignUpdated' ? this.#scope() : this.#campaignsIn(field);
      if (field.name === 'campaignUpdated') scope.add(this.#shape.below(field));
      return sum + scope.messageCalls;
    }, 1);
  }

  get #fields(): readonly SelectedField[] {
    return this.#shape.root.fields;
  }

  #scope(): CampaignScope {
    return new CampaignScope(this.#shape, this.#context);
  }

  /** The selections on the `campaign` of a field's object. */
  #campaignsIn(field: SelectedField): CampaignScope {
    const scope = this.#scope();
    for (const below of this.#shape.below(field).fields)
      if (below.name === 'campaign') scope.add(this.#shape.below(below));
    return scope;
  }

  /** Campaigns by sid, as fields or as entities; two or more are looked up in the newest window first. */
  #campaignsBySid(): number {
    const { variableValues, batchCalls } = this.#context;
    const campaigns = new Map<unknown, CampaignScope>();
    const scopeOf = (sid: unknown): CampaignScope => {
      const scope = campaigns.get(sid) ?? this.#scope();
      campaigns.set(sid, scope);
      return scope;
    };
    let isBatch = true;
    for (const field of this.#fields) {
      const selection = this.#shape.below(field);
      if (field.name === 'campaign') {
        isBatch = false;
        scopeOf(sidOf(field, variableValues)).addRoot(selection);
      }
      if (field.name === 'campaignsBySid')
        for (const sid of sidsOf(field, variableValues)) {
          this.#shape.step();
          scopeOf(sid).addListed(selection);
        }
      if (field.name === '_entities')
        // a reference needs no read
        for (const representation of representationsOf(field, variableValues)) {
          this.#shape.step();
          const sid = representedSid(representation);
          if (sid !== undefined) scopeOf(sid).add(selection);
        }
    }
    const scopes = [...campaigns.values()];
    const messages = scopes.reduce((sum, { messageCalls }) => sum + messageCalls, 0);
    const atOnce = scopes.filter(({ hasDetails }) => hasDetails).length;
    // Campaigns of a batch over the bound are refused one by one when they are read: the others have answers.
    const inBatch = isBatch ? Math.min(atOnce, batchCalls) : atOnce;
    // Campaigns of messages are read as messages arrive: in the worst case in pairs, with a window for each pair.
    const later = scopes.filter(({ hasOnlyNestedDetails }) => hasOnlyNestedDetails).length;
    return messages + (atOnce < 2 ? atOnce : 1 + inBatch) + later + Math.floor(later / 2);
  }

  /** Lists of campaigns: their windows, and the messages of every row. */
  #campaignLists(): number {
    const pages = new Map<unknown, { readonly page: PageArguments; readonly parts: PageParts }>();
    const lists = new Map<unknown, { readonly page: PageArguments; readonly scope: CampaignScope }>();
    for (const field of this.#fields) {
      if (field.name !== 'campaigns') continue;
      const { page, identity } = pageOf(field, this.#context.variableValues);
      const connection = this.#shape.below(field);
      addPage(pages, identity, page, partsOf(connection, this.#shape));
      const list = lists.get(identity) ?? { page, scope: this.#scope() };
      lists.set(identity, list);
      for (const row of rowSelections(connection, this.#shape)) list.scope.add(row);
    }
    let calls = 0;
    for (const { page, parts } of pages.values())
      calls += pageCalls(page, campaignPageLimits, this.#context.windowRows.campaigns, parts);
    for (const { page, scope } of lists.values())
      calls += pageRows(page, campaignPageLimits) * scope.messageCalls;
    return calls;
  }
}
