import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getVariableValues,
  GraphQLError,
  GraphQLID,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  typeFromAST,
  type TypeNode,
  visit,
} from 'graphql';
import { GatewayError } from '../../domain/errors.js';
import { answerSize } from './answer-size.js';
import { type Variables } from './arguments.js';
import { AnswerShape, EstimateTooLong } from './selection.js';
import { type CostContext, operationCost } from './upstream-calls.js';

/**
 * The characters of an answer. It is measured without being written, and no further than the maximum: as text it could
 * fill the memory.
 */
function charactersOf(answer: object, maximum: number): number {
  const pending: unknown[] = [answer];
  let left = maximum;
  while (pending.length > 0 && left >= 0) {
    const value = pending.pop();
    if (typeof value === 'string') left -= value.length;
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value as readonly unknown[]) pending.push(item);
      continue;
    }
    for (const key in value) {
      left -= key.length;
      pending.push((value as Readonly<Record<string, unknown>>)[key]);
    }
  }
  return maximum - left;
}

/** How many sizes of pages are known of each operation. */
const maximumVariables = 20;
/** What is asked with longer variables, such as a router's batch, is looked at each time. */
const longestVariables = 300;
/** Sids as the API makes them; any other text counts by itself. */
const usualSid = /^[\w-]+$/;
const longestUsualSid = 64;

/** The names of an operation's variables: those that do nothing but name a campaign, and the others. */
interface VariableNames {
  readonly sids: readonly string[];
  readonly others: readonly string[];
}

/**
 * Operations that are known to be within the limits, by the variables that matter: page sizes and filters. Which campaign
 * is asked for does not matter where every sid is taken for another one; the estimate is never less then.
 */
class KnownCosts {
  readonly #within = new WeakMap<OperationDefinitionNode, Map<string, number>>(); // for as long as documents are kept
  readonly #names = new WeakMap<OperationDefinitionNode, VariableNames>();

  /** What an estimate depends on; undefined where it is not worth remembering. */
  keyOf(resolved: ResolvedOperation, limits: readonly number[]): string | undefined {
    const { variables } = resolved;
    const { sids, others } = this.#namesOf(resolved);
    const matter = [...others, ...sids.filter((name) => !isUsualSid(variables[name]))];
    const given = matter
      .filter((name) => Object.hasOwn(variables, name))
      .map((name) => [name, variables[name]]);
    const key = jsonOf([limits, given]);
    return key !== undefined && key.length <= longestVariables ? key : undefined;
  }

  /** The names of the variables whose campaign does not matter. */
  anySids(resolved: ResolvedOperation): readonly string[] {
    const { variables } = resolved;
    return this.#namesOf(resolved).sids.filter((name) => isUsualSid(variables[name]));
  }

  #namesOf(resolved: ResolvedOperation): VariableNames {
    const names = this.#names.get(resolved.operation) ?? variableNames(resolved);
    this.#names.set(resolved.operation, names);
    return names;
  }

  /** The memory of an answer to an operation that is known to be within the limits. */
  memoryBytes(operation: OperationDefinitionNode, key: string): number | undefined {
    return this.#within.get(operation)?.get(key);
  }

  /** Remembers one that is. */
  add(operation: OperationDefinitionNode, key: string, memoryBytes: number): void {
    const keys = this.#within.get(operation) ?? new Map<string, number>();
    if (keys.size >= maximumVariables) keys.clear();
    this.#within.set(operation, keys.set(key, memoryBytes));
  }
}

/** Undefined for what nests too deep to be written. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function isUsualSid(value: unknown): boolean {
  return typeof value === 'string' && value.length <= longestUsualSid && usualSid.test(value);
}

/** An id can be more than a sid: inside of a representation it may be the name of a type. */
function variableNames({ schema, document, operation }: ResolvedOperation): VariableNames {
  const usedOtherwise = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: ({ name, value }) =>
      value.kind === Kind.VARIABLE && (name.value === 'sid' || name.value === 'campaignSid')
        ? false
        : undefined,
    Variable: ({ name }) => {
      usedOtherwise.add(name.value);
    },
  });
  const [sids, others]: [string[], string[]] = [[], []];
  for (const { type: typeNode, variable } of operation.variableDefinitions ?? []) {
    const { value: name } = variable.name;
    (isId(schema, typeNode) && !usedOtherwise.has(name) ? sids : others).push(name);
  }
  return { sids, others };
}

function isId(schema: GraphQLSchema, node: TypeNode): boolean {
  const type = typeFromAST(schema, node as NamedTypeNode);
  return (isNonNullType(type) ? type.ofType : type) === GraphQLID;
}

/** How many rows one upstream call gives, for each kind of list; learned while the process runs. */
export interface WindowRows {
  readonly campaigns: { readonly rows: number };
  readonly messages: { readonly rows: number };
}

/** The most that an operation may cost, and what that is counted in. */
export interface CostLimit {
  /** Upstream calls. */
  readonly limit: number;
  readonly windowRows: WindowRows;
  /** The most values that an answer may have; 0: no limit. */
  readonly maximumValues: number;
  /** The most bytes that an answer may have; 0: no limit. */
  readonly maximumBytes: number;
}

/** A router's batch of forty passes the default limit. */
const usualBatchCalls = 20;
/** What is left of the limit for what else an operation asks. */
const besideBatch = 10;

/** How many calls a batch of campaigns may need, at a limit of so many for an operation. */
export function batchCallsOf(limit: number): number {
  return Math.max(usualBatchCalls, limit - besideBatch);
}

/** An operation that was resolved and validated, about to be executed. */
interface ResolvedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they were sent. */
  readonly variables: Variables;
}

/** Refuses operations that are over a limit. */
export class CostCheck {
  readonly #limit: CostLimit;
  readonly #known = new KnownCosts();

  constructor(limit: CostLimit) {
    this.#limit = limit;
  }

  /**
   * @returns an error for an operation whose worst case in upstream calls, in values or in bytes is over the limit, and for
   * one with a condition that is null. Of others the bytes of memory that the answer usually takes while it is made and
   * written; 0 where the variables can't be coerced: those are refused where operations are executed.
   */
  check(resolved: ResolvedOperation): GraphQLError | number {
    const { windowRows } = this.#limit;
    const key = this.#known.keyOf(resolved, [windowRows.campaigns.rows, windowRows.messages.rows]);
    const known = key === undefined ? undefined : this.#known.memoryBytes(resolved.operation, key);
    if (known !== undefined) return known;
    const coerced = coercedVariables(resolved);
    if (!coerced) return 0;
    if (key === undefined) return this.#estimated(resolved, coerced);
    const anySids = this.#known.anySids(resolved);
    const unlike = Object.fromEntries(anySids.map((name) => [name, new AnySid()]));
    const checked = this.#estimated(resolved, { ...coerced, ...unlike });
    if (typeof checked === 'number') this.#known.add(resolved.operation, key, checked);
    return typeof checked !== 'number' && anySids.length > 0 ? this.#estimated(resolved, coerced) : checked;
  }

  /**
   * @returns an error for an answer that is longer than allowed all the same, since the upstream sends longer texts than it
   * takes. Of others the number of characters, 0 where there is no limit.
   */
  measure(answer: object): GraphQLError | number {
    const { maximumBytes } = this.#limit;
    if (maximumBytes === 0) return 0;
    const characters = charactersOf(answer, maximumBytes);
    return characters > maximumBytes ? asError(tooLong(maximumBytes)) : characters;
  }

  #estimated(
    { schema, document, operation }: ResolvedOperation,
    variableValues: Variables,
  ): GraphQLError | number {
    const { limit, windowRows, maximumValues, maximumBytes } = this.#limit;
    const context: CostContext = {
      schema,
      fragments: Object.fromEntries(
        document.definitions
          .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
          .map((fragment) => [fragment.name.value, fragment]),
      ),
      variableValues,
      batchCalls: batchCallsOf(limit),
      windowRows: { campaigns: windowRows.campaigns.rows, messages: windowRows.messages.rows },
    };
    try {
      const shape = new AnswerShape(operation, context);
      const { values, bytes, memoryBytes } = answerSize(shape, context);
      if (maximumValues > 0 && !(values <= maximumValues)) return tooLarge('values', maximumValues);
      if (maximumBytes > 0 && !(bytes <= maximumBytes)) return tooLarge('bytes', maximumBytes);
      const estimate = operationCost(operation, context, shape);
      return estimate > limit ? tooExpensive(estimate, limit) : memoryBytes;
    } catch (error) {
      if (error instanceof EstimateTooLong) return tooLarge('selections', error.limit);
      if (error instanceof GraphQLError) return unreadable(error);
      throw error;
    }
  }
}

/** Some campaign, another one than every other. */
class AnySid {
  readonly isAny = true;
}

/** Coerced as execution does it; undefined where they can't be. */
function coercedVariables({ schema, operation, variables }: ResolvedOperation): Variables | undefined {
  return getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: 1, // they are reported where operations are executed
    hideSuggestions: true,
  }).coerced;
}

/** A condition that is null: a variable may be, where it has a default. Validation does not see it. */
function unreadable({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } });
}

const largerThan = {
  values: (limit: number) => `The answer may have more than ${limit} values (MAX_ANSWER_VALUES).`,
  bytes: (limit: number) => `The answer may have more than ${limit} bytes (MAX_ANSWER_BYTES).`,
  selections: (limit: number) =>
    `With its fragments spread, the operation selects more than ${limit} fields.`,
};

function tooLarge(of: keyof typeof largerThan, limit: number): GraphQLError {
  const message = `${largerThan[of](limit)} Ask for smaller pages, or for fewer fields of each row.`;
  return asError(new GatewayError('QUERY_TOO_LARGE', message, { of, limit }));
}

function tooLong(limit: number): GatewayError {
  const message =
    `The answer has more than ${limit} bytes (MAX_ANSWER_BYTES), since texts in it are longer than expected. ` +
    'Ask for fewer of them. A mutation was done all the same.';
  return new GatewayError('QUERY_TOO_LARGE', message, { of: 'bytes', limit });
}

function tooExpensive(estimate: number, limit: number): GraphQLError {
  const message =
    `The operation may need ${estimate} upstream calls; at most ${limit} are allowed. ` +
    'Ask for smaller pages, or for fewer messages within a list of campaigns.';
  return asError(new GatewayError('QUERY_TOO_EXPENSIVE', message, { estimate, limit }));
}

function asError(error: GatewayError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: error.extensions });
}
