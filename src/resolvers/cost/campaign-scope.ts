import { messagePageLimits } from '../../domain/page.js';
import { answeredBySid } from '../look-ahead.js';
import { pageOf } from './arguments.js';
import { pageCalls, pageRows } from './page-cost.js';
import { type AnswerShape, type SelectedField, type Selection, type ShapeContext } from './selection.js';

/** What an estimate depends on besides the selection. */
export interface CostContext extends ShapeContext {
  /** How many calls a batch of entities may need beside that for the newest window. */
  readonly batchCalls: number;
  /** How many rows one call gives. */
  readonly windowRows: { readonly campaigns: number; readonly messages: number };
}

/** Far over any limit: what nests deeper than anybody needs, or takes too long to estimate. */
export const endless = 1_000_000_000;
/** A campaign's messages, their campaign's messages, and once more. */
const maximumNesting = 3;

/**
 * All that is asked of one campaign, wherever in the operation: the same page of its messages is read once.
 * Messages of a message's campaign count for every message: they are read once, but every row is answered again.
 */
export class CampaignScope {
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
      else if (!answeredBySid.has(field.name)) this.#details = true;
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
export function rowSelections(connection: Selection, shape: AnswerShape): Selection[] {
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
