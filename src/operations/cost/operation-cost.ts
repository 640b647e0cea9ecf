import { getVariableValues, GraphQLError } from 'graphql';
import { GatewayError } from '../../domain/errors.js';
import { type PreparedOperation } from '../documents/prepared-document.js';
import { clientError, graphqlError } from '../error-format.js';
import { answerSize, type AnswerSize } from './answer-size.js';
import { type Variables } from './arguments.js';
import { AnswerShape, EstimateTooLong } from './selection.js';
import { type CostContext, operationCost } from './upstream-calls.js';

/** Limits on the cost of an operation. */
export interface CostLimit {
  /** Upstream calls. */
  readonly limit: number;
  /** Learned while the process runs. */
  readonly windowRows: CostContext['windowRows'];
  /** Values in a response; 0: no limit. */
  readonly maximumValues: number;
  /** Bytes of a response; 0: no limit. */
  readonly maximumBytes: number;
}

/** Sizes of a response within the limits. */
export type AnswerBytes = Pick<AnswerSize, 'bytes' | 'memoryBytes'>;

/** Execution refuses variables that can't be coerced. */
const nothing: AnswerBytes = { bytes: 0, memoryBytes: 0 };

/** Enough for a router's batch of forty at the default limit. */
const usualBatchCalls = 20;
/** Calls of the limit that a batch leaves for other fields. */
const callsBesideBatch = 10;

/** The most upstream calls for a batch of campaigns. @param limit upstream calls of an operation. */
export function batchCallsOf(limit: number): number {
  return Math.max(usualBatchCalls, limit - callsBesideBatch);
}

/** Refuses operations that are over a limit. */
export class CostCheck {
  readonly #limit: CostLimit;

  constructor(limit: CostLimit) {
    this.#limit = limit;
  }

  /**
   * @param variables as they were sent.
   * @returns an error for an operation whose worst case in upstream calls, values or bytes is over the limit, or that has a
   * condition that is null. Otherwise the sizes of its response; 0 for variables that can't be coerced.
   */
  check(operation: PreparedOperation, variables: Variables): GraphQLError | AnswerBytes {
    const { campaigns, messages } = this.#limit.windowRows;
    const { knownCosts } = operation;
    const key = knownCosts.keyOf(variables, [campaigns.rows, messages.rows, messages.perCall ?? 0]);
    const known = key === undefined ? undefined : knownCosts.get(key);
    if (known !== undefined) return known;
    const coerced = coercedVariables(operation, variables);
    if (!coerced) return nothing;
    if (key === undefined) return this.#estimated(operation, coerced);
    const anySids = knownCosts.anySids(variables);
    const unlike = Object.fromEntries(anySids.map((name) => [name, new AnySid()]));
    const checked = this.#estimated(operation, { ...coerced, ...unlike });
    if (!(checked instanceof GraphQLError)) knownCosts.set(key, checked);
    else if (anySids.length > 0) return this.#estimated(operation, coerced);
    return checked;
  }

  /**
   * Measures a response, which can exceed the estimate: the upstream may send longer texts than it accepts.
   * @returns an error for a response over the limit; otherwise its characters, 0 without a limit.
   */
  measure(response: object): GraphQLError | number {
    const { maximumBytes } = this.#limit;
    if (maximumBytes === 0) return 0;
    const characters = charactersOf(response, maximumBytes);
    return characters > maximumBytes ? graphqlError(tooLong(maximumBytes)) : characters;
  }

  #estimated(
    { prepared, definition }: PreparedOperation,
    variableValues: Variables,
  ): GraphQLError | AnswerBytes {
    const { limit, windowRows, maximumValues, maximumBytes } = this.#limit;
    const context: CostContext = {
      schema: prepared.schema,
      fragments: prepared.fragments,
      variableValues,
      batchCalls: batchCallsOf(limit),
      windowRows,
    };
    try {
      const shape = new AnswerShape(definition, context);
      const { values, bytes, memoryBytes } = answerSize(shape, context);
      if (maximumValues > 0 && !(values <= maximumValues)) return tooLarge('values', maximumValues);
      if (maximumBytes > 0 && !(bytes <= maximumBytes)) return tooLarge('bytes', maximumBytes);
      const estimate = operationCost(definition, shape, context);
      return estimate > limit ? tooExpensive(estimate, limit) : { bytes, memoryBytes };
    } catch (error) {
      if (error instanceof EstimateTooLong) return tooLarge('selections', error.limit);
      // A condition that is null: validation allows it for a variable with a default.
      if (error instanceof GraphQLError) return clientError(error, 'BAD_USER_INPUT');
      throw error;
    }
  }
}

/** The sid of a campaign that no other sid names. */
class AnySid {
  readonly isAny = true;
}

/** Coerced as execution does it; undefined where they can't be. */
function coercedVariables(
  { prepared, definition }: PreparedOperation,
  variables: Variables,
): Variables | undefined {
  return getVariableValues(prepared.schema, definition.variableDefinitions ?? [], variables, {
    maxErrors: 1, // execution reports them
    hideSuggestions: true,
  }).coerced;
}

const largerThan = {
  values: (limit: number) => `The answer may have more than ${limit} values (MAX_ANSWER_VALUES).`,
  bytes: (limit: number) => `The answer may have more than ${limit} bytes (MAX_ANSWER_BYTES).`,
  selections: (limit: number) =>
    `An estimate of this operation, with its fragments expanded, would examine more than ${limit} fields.`,
};

function tooLarge(of: keyof typeof largerThan, limit: number): GraphQLError {
  const message = `${largerThan[of](limit)} Ask for smaller pages, or for fewer fields of each row.`;
  return graphqlError(new GatewayError('QUERY_TOO_LARGE', message, { of, limit }));
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
  return graphqlError(new GatewayError('QUERY_TOO_EXPENSIVE', message, { estimate, limit }));
}

/**
 * Counts the characters of a response without writing it, since as text it could fill the memory.
 * @returns a number over the maximum once it is exceeded.
 */
function charactersOf(response: object, maximum: number): number {
  const pending: object[] = [response];
  let characters = 0;
  for (let next = pending.pop(); next && characters <= maximum; next = pending.pop())
    if (Array.isArray(next))
      for (const item of next as readonly unknown[]) {
        if (typeof item === 'string') characters += item.length;
        else if (typeof item === 'object' && item !== null) pending.push(item);
      }
    else
      for (const key in next) {
        const value = (next as Readonly<Record<string, unknown>>)[key];
        characters += key.length;
        if (typeof value === 'string') characters += value.length;
        else if (typeof value === 'object' && value !== null) pending.push(value);
      }
  return characters;
}
