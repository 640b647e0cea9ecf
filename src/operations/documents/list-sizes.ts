import {
  getNamedType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { InputError } from '../../domain/errors.js';
import { campaignPageLimits } from '../../domain/lists/page.js';

/** The rows of the longest page: many times the lists of a campaign, and the statuses that exist. */
export const maximumListItems = campaignPageLimits.maximum;

/** Scalar of a router's representations. Their number is bounded by the size of the answer. */
const representation = '_Any';

/** Lists in the arguments of a document. */
export interface ListUses {
  /** The argument of each variable's first use, or the path below it: `filter.status`. */
  readonly argumentsOfVariables: ReadonlyMap<string, string>;
  /** The argument with a list literal of too many items. */
  readonly longListLiteral: string | undefined;
}

/** Whether the lists of an input type are bounded here. */
export function isBoundedList(itemType: unknown): boolean {
  return getNamedType(itemType as GraphQLInputType | undefined)?.name !== representation;
}

/** The error of a list that is too long. @param argument its path as the client wrote it. */
function tooManyItems(argument: string): InputError {
  return new InputError(argument, `must have at most ${maximumListItems} items.`);
}

/**
 * Bounds the lists in the variables of an operation before any value is coerced: each alias that uses a list reads all of
 * it again.
 */
export class ListSizes {
  readonly #variables: readonly {
    readonly name: string;
    readonly path: string;
    readonly type: GraphQLInputType;
  }[];
  readonly #longLiteral: string | undefined;

  constructor(
    schema: GraphQLSchema,
    { variableDefinitions = [] }: OperationDefinitionNode,
    { argumentsOfVariables, longListLiteral }: ListUses,
  ) {
    this.#longLiteral = longListLiteral;
    this.#variables = variableDefinitions.flatMap(({ variable: { name }, type: node }) => {
      const type = typeFromAST(schema, node) as GraphQLInputType | undefined;
      const path = argumentsOfVariables.get(name.value) ?? name.value;
      return type && holdsList(type) ? [{ name: name.value, path, type }] : [];
    });
  }

  /** @throws InputError that names the argument of a list with too many items. */
  check(variables: Readonly<Record<string, unknown>>): void {
    if (this.#longLiteral !== undefined) throw tooManyItems(this.#longLiteral);
    for (const { name, path, type } of this.#variables)
      if (Object.hasOwn(variables, name)) checkLists(variables[name], type, path);
  }
}

function holdsList(type: GraphQLInputType, seen = new Set<unknown>()): boolean {
  if (isNonNullType(type)) return holdsList(type.ofType, seen);
  if (isListType(type)) return isBoundedList(type);
  if (!isInputObjectType(type) || seen.has(type)) return false;
  seen.add(type);
  return Object.values(type.getFields()).some((field) => holdsList(field.type, seen));
}

function checkLists(value: unknown, type: GraphQLInputType, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (isNonNullType(type)) {
    checkLists(value, type.ofType, path);
  } else if (isListType(type)) {
    if (!Array.isArray(value)) {
      checkLists(value, type.ofType, path); // a single item may stand for a list of one
      return;
    }
    if (value.length > maximumListItems && isBoundedList(type)) throw tooManyItems(path);
    for (const [index, item] of value.entries()) checkLists(item, type.ofType, `${path}.${index}`);
  } else if (isInputObjectType(type)) {
    const given = value as Readonly<Record<string, unknown>>;
    for (const { name, type: below } of Object.values(type.getFields()))
      if (Object.hasOwn(given, name)) checkLists(given[name], below, `${path}.${name}`);
  }
}
