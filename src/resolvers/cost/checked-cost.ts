import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { GatewayError } from '../../domain/errors.js';
import { answerValues } from './answer-size.js';
import { type CostContext } from './campaign-scope.js';
import { KnownCosts } from './known-costs.js';
import { operationCost } from './operation-cost.js';

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
export interface ResolvedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Refuses operations that are over the limit. */
export class CostCheck {
  readonly #limit: CostLimit;
  readonly #known = new KnownCosts();

  constructor(limit: CostLimit) {
    this.#limit = limit;
  }

  /**
   * @returns an error for an operation whose worst case in upstream calls, or in values, is over the limit, and for one of
   * which can't be told what it selects.
   */
  problem(resolved: ResolvedOperation): GraphQLError | undefined {
    const { windowRows } = this.#limit;
    const key = this.#known.keyOf(resolved, [windowRows.campaigns.rows, windowRows.messages.rows]);
    if (key === undefined) return this.#estimated(resolved);
    if (this.#known.has(resolved.operation, key)) return undefined;
    if (this.#estimated({ ...resolved, variables: this.#known.worst(resolved) }))
      return this.#estimated(resolved);
    this.#known.add(resolved.operation, key);
    return undefined;
  }

  #estimated({ schema, document, operation, variables }: ResolvedOperation): GraphQLError | undefined {
    const { limit, windowRows, maximumValues } = this.#limit;
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
      maxErrors: 1, // what is wrong with them is told by who executes them
      hideSuggestions: true,
    });
    if (!coerced) return undefined; // execution refuses them
    const context: CostContext = {
      schema,
      fragments: Object.fromEntries(
        document.definitions
          .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
          .map((fragment) => [fragment.name.value, fragment]),
      ),
      variableValues: coerced,
      batchCalls: batchCallsOf(limit),
      windowRows: { campaigns: windowRows.campaigns.rows, messages: windowRows.messages.rows },
    };
    try {
      if (maximumValues > 0 && answerValues(operation, context) > maximumValues)
        return tooLarge(maximumValues);
      const estimate = operationCost(operation, context);
      return estimate > limit ? tooExpensive(estimate, limit) : undefined;
    } catch (error) {
      if (error instanceof GraphQLError) return unreadable(error);
      throw error;
    }
  }
}

/** A condition that is null: a variable may be, where it has a default. Validation can't know of it. */
function unreadable({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}

function tooLarge(limit: number): GraphQLError {
  const message = `The answer may have more than ${limit} values. Ask for smaller pages, or for fewer fields of each row.`;
  return new GraphQLError(message, {
    originalError: new GatewayError('QUERY_TOO_LARGE', message, { of: 'values', limit }),
    extensions: { code: 'QUERY_TOO_LARGE', of: 'values', limit, http: { status: 400 } },
  });
}

function tooExpensive(estimate: number, limit: number): GraphQLError {
  const message =
    `The operation may need ${estimate} upstream calls; at most ${limit} are allowed. ` +
    'Ask for smaller pages, or for fewer messages within a list of campaigns.';
  return new GraphQLError(message, {
    originalError: new GatewayError('QUERY_TOO_EXPENSIVE', message, { estimate, limit }),
    extensions: { code: 'QUERY_TOO_EXPENSIVE', http: { status: 400 } },
  });
}
