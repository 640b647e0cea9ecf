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
 * Whether an answer has more characters than allowed. It is measured without being written, and no further than needed: as
 * text it could fill the memory.
 */
function isLongerThan(answer: object, maximum: number): boolean {
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
  return left < 0;
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
  readonly #within = new WeakMap<OperationDefinitionNode, Set<string>>(); // for as long as documents are kept
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

  /** Whether an operation is known to be within the limits. */
  has(operation: OperationDefinitionNode, key: string): boolean {
    return this.#within.get(operation)?.has(key) === true;
  }

  /** Remembers one that is. */
  add(operation: OperationDefinitionNode, key: string): void {
    const keys = this.#within.get(operation) ?? new Set<string>();
    if (keys.size >= maximumVariables) keys.clear();
    this.#within.set(operation, keys.add(key));
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
   * one with a condition that is null. Undefined for others, and where the variables can't be coerced: those are refused
   * where operations are executed.
   */
  problem(resolved: ResolvedOperation): GraphQLError | undefined {
    const { windowRows } = this.#limit;
    const key = this.#known.keyOf(resolved, [windowRows.campaigns.rows, windowRows.messages.rows]);
    if (key !== undefined && this.#known.has(resolved.operation, key)) return undefined;
    const coerced = coercedVariables(resolved);
    if (!coerced) return undefined;
    if (key === undefined) return this.#estimated(resolved, coerced);
    const anySids = this.#known.anySids(resolved);
    const unlike = Object.fromEntries(anySids.map((name) => [name, new AnySid()]));
    const problem = this.#estimated(resolved, { ...coerced, ...unlike });
    if (!problem) this.#known.add(resolved.operation, key);
    return problem && anySids.length > 0 ? this.#estimated(resolved, coerced) : problem;
  }

  /**
   * @returns an error for an answer that is longer than allowed all the same, since the upstream sends longer texts than it
   * takes. Undefined for others.
   */
  answerProblem(answer: object): GraphQLError | undefined {
    const { maximumBytes } = this.#limit;
    return maximumBytes > 0 && isLongerThan(answer, maximumBytes)
      ? asError(tooLong(maximumBytes))
      : undefined;
  }

  #estimated({ schema, document, operation }: ResolvedOperation, variableValues: Variables) {
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
      if (maximumValues > 0 || maximumBytes > 0) {
        const { values, bytes } = answerSize(shape, context);
        if (maximumValues > 0 && !(values <= maximumValues)) return tooLarge('values', maximumValues);
        if (maximumBytes > 0 && !(bytes <= maximumBytes)) return tooLarge('bytes', maximumBytes);
      }
      const estimate = operationCost(operation, context, shape);
      return estimate > limit ? tooExpensive(estimate, limit) : undefined;
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
