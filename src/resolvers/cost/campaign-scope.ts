import {
  type FieldNode,
  getArgumentValues,
  type GraphQLField,
  type GraphQLSchema,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { messagePageLimits, type PageArguments } from '../../domain/page.js';
import { answeredBySid } from '../look-ahead.js';
import { selectedFields, type SelectionContext } from '../selected-fields.js';
import { pageCalls, pageRows } from './page-cost.js';

/** What an estimate depends on besides the selection. */
export interface CostContext extends SelectionContext {
  readonly schema: GraphQLSchema;
  /** How many calls a batch of entities may need beside that for the newest window. */
  readonly batchCalls: number;
  /** How many rows one call gives. */
  readonly windowRows: { readonly campaigns: number; readonly messages: number };
}

/** The arguments of a field, or undefined where they can't be: the field's own resolver says why. */
export function argumentsOf(
  field: FieldNode,
  type: string,
  { schema, variableValues }: CostContext,
): Record<string, unknown> | undefined {
  const parent = schema.getType(type);
  const definition: GraphQLField<unknown, unknown> | undefined = isObjectType(parent)
    ? parent.getFields()[field.name.value]
    : undefined;
  try {
    return definition && getArgumentValues(definition, field, variableValues);
  } catch {
    return undefined;
  }
}

/** Far over any limit: what nests deeper than anybody needs. */
const endless = 1_000_000_000;
/** Over any limit that makes sense for an upstream of 30 calls a minute. */
const refusedAnyway = 1000;
/** How many fields are looked at for one estimate: fragments used over and over make many of a short text. */
const maximumFields = 20_000;
/** A campaign's messages, their campaign's messages, and once more. */
const maximumNesting = 3;

/**
 * All that is asked of one campaign, wherever in the operation: the same page of its messages is read once.
 * Messages of a message's campaign count for every message: they are read once, but every row is answered again.
 */
export class CampaignScope {
  readonly #context: CostContext;
  readonly #nesting: number;
  readonly #pages = new Map<string, number>();
  readonly #seen = new Set<string>();
  readonly #seenBelow = new Map<string, Set<string>>();
  readonly #work: { fieldsLeft: number };
  #details = false;
  #nestedCalls = 0;

  constructor(context: CostContext, nesting = 0, work = { fieldsLeft: maximumFields }) {
    this.#context = context;
    this.#nesting = nesting;
    this.#work = work;
  }

  /** True where the campaign itself must be read, not only its messages. */
  get readsCampaign(): boolean {
    return this.#details || this.#pages.size === 0;
  }

  /** True where a field is asked for that only the campaign itself can answer. */
  get hasDetails(): boolean {
    return this.#details;
  }

  /** The calls that its messages may need. */
  get messageCalls(): number {
    return [...this.#pages.values()].reduce((sum, calls) => sum + calls, this.#nestedCalls);
  }

  /** Takes what a selection on the campaign asks for. */
  add(selections: SelectionSetNode | undefined): void {
    for (const field of this.#fieldsOf(selections, this.#seen)) {
      const name = field.name.value;
      if (name === 'messages') this.#addMessages(field);
      else if (!answeredBySid.has(name)) this.#details = true;
    }
  }

  #addMessages(field: FieldNode): void {
    const page: PageArguments | undefined = argumentsOf(field, 'Campaign', this.#context);
    if (!page) return;
    const { messages } = this.#context.windowRows;
    const key = JSON.stringify(page);
    this.#pages.set(key, pageCalls(page, messagePageLimits, messages));
    // Another page may have more rows: its fragments are looked into again.
    const seen = this.#seenBelow.get(key) ?? new Set<string>();
    this.#seenBelow.set(key, seen);
    if (this.#isRefusedAnyway) return;
    for (const message of rowFields(field.selectionSet, this.#context, seen))
      for (const { name, selectionSet } of this.#fieldsOf(message.selectionSet, seen))
        if (name.value === 'campaign') this.#addNested(selectionSet, pageRows(page, messagePageLimits));
  }

  /** An estimate that is refused anyway need not be exact: it must not itself become the expensive part. */
  get #isRefusedAnyway(): boolean {
    if (this.#work.fieldsLeft < 0) this.#nestedCalls = endless;
    return this.#nestedCalls > refusedAnyway;
  }

  #fieldsOf(selections: SelectionSetNode | undefined, seen: Set<string>): FieldNode[] {
    const fields = selectedFields(selections, this.#context, seen);
    this.#work.fieldsLeft -= fields.length;
    return fields;
  }

  #addNested(selections: SelectionSetNode | undefined, rows: number): void {
    if (rows === 0 || this.#isRefusedAnyway) return;
    if (this.#nesting === maximumNesting) {
      this.#nestedCalls = endless;
      return;
    }
    const nested = new CampaignScope(this.#context, this.#nesting + 1, this.#work);
    nested.add(selections);
    if (nested.#details) this.#details = true;
    this.#nestedCalls = Math.min(endless, this.#nestedCalls + rows * nested.messageCalls);
  }
}

/** The fields of a connection that hold its rows: `nodes`, and `node` of `edges`. */
export function rowFields(
  selections: SelectionSetNode | undefined,
  context: CostContext,
  seen: Set<string>,
): FieldNode[] {
  return selectedFields(selections, context, seen).flatMap((field) => {
    if (field.name.value === 'nodes') return [field];
    if (field.name.value !== 'edges') return [];
    return selectedFields(field.selectionSet, context, seen).filter(({ name }) => name.value === 'node');
  });
}
