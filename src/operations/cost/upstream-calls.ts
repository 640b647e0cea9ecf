import { type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import {
  campaignPageLimits,
  messagePageLimits,
  type PageArguments,
  type PageLimits,
} from '../../domain/page.js';
import { identityFields } from '../../resolvers/look-ahead.js';
import { pageOf, representationsOf, representedSid, sidOf } from './arguments.js';
import {
  AnswerShape,
  EstimateTooLong,
  type SelectedField,
  type Selection,
  type ShapeContext,
} from './selection.js';

/** How many rows a page may have; arguments that are refused elsewhere count as the nearest that are not. */
export function pageRows({ first, last }: PageArguments, { defaultSize, maximum }: PageLimits): number {
  return Math.min(Math.max(first ?? last ?? defaultSize, 0), maximum);
}

/**
 * The most upstream calls that a page takes of a list that does not move while it is read.
 *
 * A page from the start lies in whole windows. Beside a cursor its rows lie in a row with the cursor's own. A page at the
 * other end, or of a list without a cursor that is read from its end, lies anywhere, and one window is read before to
 * know how long the list is.
 */
export function pageCalls(page: PageArguments, limits: PageLimits, windowRows: number): number {
  const rows = pageRows(page, limits);
  const isFromEnd = page.first == null && page.last != null;
  const [near, far] = isFromEnd ? [page.before, page.after] : [page.after, page.before];
  const farCalls = far == null ? 0 : 1;
  if (near != null) return straddled(rows + 1, windowRows) + farCalls;
  if (isFromEnd) return 1 + straddled(rows, windowRows);
  return Math.max(farCalls ? 0 : 1, Math.ceil(rows / windowRows)) + farCalls;
}

/** The most windows that rows lie in which follow each other. */
function straddled(rows: number, windowRows: number): number {
  return rows === 0 ? 0 : Math.ceil((rows - 1) / windowRows) + 1;
}

/** What an estimate depends on besides the selection. */
export interface CostContext extends ShapeContext {
  /** How many calls a batch of entities may need beside that for the newest window. */
  readonly batchCalls: number;
  /** How many rows one call gives. */
  readonly windowRows: { readonly campaigns: number; readonly messages: number };
}

/** Far over any limit: what nests deeper than anybody needs, or takes too long to estimate. */
const endless = 1_000_000_000;
/** A campaign's messages, their campaign's messages, and once more. */
const maximumNesting = 3;

/**
 * All that is asked of one campaign, wherever in the operation: the same page of its messages is read once.
 * Messages of a message's campaign count for every message: they are read once, but every row is answered again.
 */
class CampaignScope {
  readonly #shape: AnswerShape;
  readonly #context: CostContext;
  readonly #nesting: number;
  readonly #pages = new Map<unknown, number>();
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

  /** True where a field is asked for that only the campaign itself can answer. */
  get hasDetails(): boolean {
    return this.#details;
  }

  /** True where its messages ask for such a field of their campaign, and nothing before them does. */
  get hasOnlyNestedDetails(): boolean {
    return this.#nestedDetails && !this.#details;
  }

  /** The calls that its messages may need. */
  get messageCalls(): number {
    let calls = this.#nestedCalls;
    for (const pageCalls of this.#pages.values()) calls += pageCalls;
    return Math.min(endless, calls);
  }

  /** Takes what a selection on the campaign asks for. */
  add(selection: Selection): void {
    if (this.#added.has(selection)) return;
    this.#added.add(selection);
    for (const field of selection.fields) {
      this.#shape.step();
      if (field.name === 'messages') this.#addMessages(field);
      else if (!identityFields.has(field.name)) this.#details = true;
    }
  }

  /** Takes a root field, which is null without a campaign: something must be read to know that there is one. */
  addRoot(selection: Selection): void {
    this.add(selection);
    if (!selection.fields.some(({ name }) => name === 'messages')) this.#details = true;
  }

  #addMessages(field: SelectedField): void {
    const { page, identity } = pageOf(field, this.#context.variableValues);
    if (identity === field) this.#details = true; // it may be refused, and tells nothing of the campaign then
    this.#pages.set(identity, pageCalls(page, messagePageLimits, this.#context.windowRows.messages));
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

/** The selections of a connection that are on its rows: `nodes`, and `node` of `edges`. */
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
 * The most upstream calls that an operation takes, from its page sizes alone: as if nothing had been read before and every
 * page were full. A read that is asked for twice is one read and counts once. Calls that fail and are tried again, and
 * lists that move while they are read, come on top (docs/reading.md, "Cost").
 * @param known the shape of its answer, where that was read before.
 * @throws GraphQLError for a condition that is null.
 */
export function operationCost(
  operation: OperationDefinitionNode,
  context: CostContext,
  known?: AnswerShape,
): number {
  try {
    const estimate = new OperationCost(known ?? new AnswerShape(operation, context), context);
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) return estimate.event;
    return operation.operation === OperationTypeNode.MUTATION ? estimate.mutations : estimate.query;
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

  /** A mutation's campaign comes with its answer; only its messages are read. */
  get mutations(): number {
    return this.#fields.reduce((sum, field) => {
      const calls = field.name === 'createCampaign' ? 1 : changeCalls;
      return sum + calls + this.#campaignsIn(field).messageCalls;
    }, 0);
  }

  /** A subscription's beginning, or one of its events: the campaign, and what is asked of its messages. */
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

  /** What is asked of the campaign that a field's object has. */
  #campaignsIn(field: SelectedField): CampaignScope {
    const scope = this.#scope();
    for (const below of this.#shape.below(field).fields)
      if (below.name === 'campaign') scope.add(this.#shape.below(below));
    return scope;
  }

  /** Campaigns by their sids, as fields or as entities; two or more are looked for in the newest window first. */
  #campaignsBySid(): number {
    const { variableValues, batchCalls } = this.#context;
    const campaigns = new Map<unknown, CampaignScope>();
    const scopeOf = (sid: unknown): CampaignScope => {
      const scope = campaigns.get(sid) ?? this.#scope();
      campaigns.set(sid, scope);
      return scope;
    };
    let isOfRouter = true;
    for (const field of this.#fields) {
      const selection = this.#shape.below(field);
      if (field.name === 'campaign') {
        isOfRouter = false;
        scopeOf(sidOf(field, variableValues)).addRoot(selection);
      }
      if (field.name === '_entities')
        // a reference is taken at its word: it need not be read
        for (const representation of representationsOf(field, variableValues)) {
          this.#shape.step();
          const sid = representedSid(representation);
          if (sid !== undefined) scopeOf(sid).add(selection);
        }
    }
    const scopes = [...campaigns.values()];
    const messages = scopes.reduce((sum, { messageCalls }) => sum + messageCalls, 0);
    const atOnce = scopes.filter(({ hasDetails }) => hasDetails).length;
    // A router can't ask for less: what of its batch would cost more is refused one by one where it is read.
    const inBatch = isOfRouter ? Math.min(atOnce, batchCalls) : atOnce;
    // Campaigns of messages are read as their messages come: in the worst case two by two, each two with a window.
    const later = scopes.filter(({ hasOnlyNestedDetails }) => hasOnlyNestedDetails).length;
    return messages + (atOnce < 2 ? atOnce : 1 + inBatch) + later + Math.floor(later / 2);
  }

  /** Lists of campaigns: their windows, and for every row what is asked of its messages. */
  #campaignLists(): number {
    const lists = new Map<unknown, { readonly page: PageArguments; readonly scope: CampaignScope }>();
    for (const field of this.#fields) {
      if (field.name !== 'campaigns') continue;
      const { page, identity } = pageOf(field, this.#context.variableValues);
      const list = lists.get(identity) ?? { page, scope: this.#scope() };
      lists.set(identity, list);
      for (const row of rowSelections(this.#shape.below(field), this.#shape)) list.scope.add(row);
    }
    return [...lists.values()].reduce((sum, { page, scope }) => {
      const windows = pageCalls(page, campaignPageLimits, this.#context.windowRows.campaigns);
      return sum + windows + pageRows(page, campaignPageLimits) * scope.messageCalls;
    }, 0);
  }
}
