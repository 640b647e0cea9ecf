import {
  GraphQLID,
  type GraphQLSchema,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { type ResolvedOperation } from './checked-cost.js';

/** How many sizes of pages are known of each operation. */
const maximumVariables = 20;
/** What is asked with longer variables, such as a router's batch, is looked at each time. */
const longestVariables = 300;

/** The names of an operation's variables: those that name a campaign, and the others. */
interface VariableNames {
  readonly sids: readonly string[];
  readonly others: readonly string[];
}

/**
 * Operations that are known to be within the limit, by the variables that tell: page sizes and filters. Which campaign
 * is asked for does not matter where every sid is taken for another one; the estimate is never less then.
 */
export class KnownCosts {
  readonly #within = new WeakMap<OperationDefinitionNode, Set<string>>(); // for as long as documents are kept
  readonly #names = new WeakMap<OperationDefinitionNode, VariableNames>();

  /** What an estimate depends on; undefined where it is not worth remembering. */
  keyOf(resolved: ResolvedOperation, limits: readonly number[]): string | undefined {
    const { variables } = resolved;
    const { sids, others } = this.#namesOf(resolved);
    const telling = [...others, ...sids.filter((name) => typeof variables[name] !== 'string')];
    const given = telling.filter((name) => name in variables).map((name) => [name, variables[name]]);
    const key = JSON.stringify([limits, given]);
    return key.length <= longestVariables ? key : undefined;
  }

  /** The same variables with each sid another one. */
  worst(resolved: ResolvedOperation): Readonly<Record<string, unknown>> {
    const { variables } = resolved;
    const sids = this.#namesOf(resolved).sids.filter((name) => typeof variables[name] === 'string');
    return { ...variables, ...Object.fromEntries(sids.map((name) => [name, `${name} of its own`])) };
  }

  #namesOf({ schema, operation }: ResolvedOperation): VariableNames {
    const names = this.#names.get(operation) ?? variableNames(schema, operation);
    this.#names.set(operation, names);
    return names;
  }

  /** Whether an operation is known to be within the limit. */
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

function variableNames(schema: GraphQLSchema, operation: OperationDefinitionNode): VariableNames {
  const [sids, others]: [string[], string[]] = [[], []];
  for (const { type: typeNode, variable } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, typeNode);
    const nullable = isNonNullType(type) ? type.ofType : type;
    (nullable === GraphQLID ? sids : others).push(variable.name.value);
  }
  return { sids, others };
}
