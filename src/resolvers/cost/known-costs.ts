import {
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
import { type ResolvedOperation } from './checked-cost.js';

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
export class KnownCosts {
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
