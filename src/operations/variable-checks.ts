import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLID,
  GraphQLInt,
  type GraphQLInputType,
  GraphQLString,
  type GraphQLSchema,
  getVariableValues,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { type NonNullUse } from './documents/document-facts.js';
import { maxErrors } from './documents/validation.js';

type Variables = Readonly<Record<string, unknown>>;

/** One variable of an operation. */
interface VariableCheck {
  readonly name: string;
  readonly type: GraphQLInputType | undefined;
  /** Whether it may be omitted. */
  readonly isOptional: boolean;
  readonly isNullable: boolean;
  /** True for values that coercion does not change; undefined for types that always need coercion. */
  readonly isCoerced: ((value: unknown) => boolean) | undefined;
}

/** The error of a null for a nullable variable with a default, used where null is not allowed. */
interface NullProblem {
  readonly name: string;
  readonly message: string;
}

/**
 * Checks the variables of an operation. GraphQL allows a nullable variable with a default at a non-null position. An explicit
 * null there is an error of the request; graphql-js would report it only during execution, field by field.
 */
export class VariableChecks {
  readonly #schema: GraphQLSchema;
  readonly #definition: OperationDefinitionNode;
  readonly #checks: readonly VariableCheck[];
  readonly #nullProblems: readonly NullProblem[];

  /** @param nonNullUses uses of variables where null is not allowed. */
  constructor(
    schema: GraphQLSchema,
    definition: OperationDefinitionNode,
    nonNullUses: ReadonlyMap<string, NonNullUse>,
  ) {
    this.#schema = schema;
    this.#definition = definition;
    this.#checks = (definition.variableDefinitions ?? []).map(({ variable, type: node, defaultValue }) => {
      const type = typeFromAST(schema, node) as GraphQLInputType | undefined;
      const isNullable = !isNonNullType(type);
      return {
        name: variable.name.value,
        type,
        isOptional: isNullable || defaultValue !== undefined,
        isNullable,
        isCoerced: type && leafChecks.get(isNonNullType(type) ? type.ofType : type),
      };
    });
    this.#nullProblems = this.#checks.flatMap(({ name, isNullable }) => {
      const use = isNullable ? nonNullUses.get(name) : undefined;
      return use ? [{ name, message: nullMessage(name, use) }] : [];
    });
  }

  /** The errors of a request's variables; empty if they are valid. */
  problems(variables: Variables): readonly GraphQLError[] {
    for (const { name, message } of this.#nullProblems)
      if (Object.hasOwn(variables, name) && variables[name] === null) return [new GraphQLError(message)];
    if (this.#checks.every((check) => isCoerced(check, variables))) return [];
    for (const { name, type } of this.#checks) {
      const crowded = type && crowdedMember(type, variables[name], name);
      if (crowded !== undefined) return [new GraphQLError(`Variable "$${name}" is invalid: ${crowded}`)];
    }
    const { errors } = getVariableValues(
      this.#schema,
      this.#definition.variableDefinitions ?? [],
      variables,
      { maxErrors },
    );
    return errors ?? [];
  }
}

function isCoerced({ name, isOptional, isNullable, isCoerced: check }: VariableCheck, variables: Variables) {
  if (!Object.hasOwn(variables, name)) return isOptional;
  const value = variables[name];
  if (value === undefined) return false;
  return value === null ? isNullable : check?.(value) === true;
}

/** More members than these beyond the fields of a type are no typing errors. */
const mostUnknown = 20;
/** Characters of a member's name in a message. */
const longestName = 100;

/**
 * The problem of an object with many more members than its type has fields; undefined without one. graphql-js writes the whole object
 * into the message of each of its errors, which takes half a second for 25,000 members.
 */
function crowdedMember(type: GraphQLInputType, value: unknown, path: string): string | undefined {
  if (isNonNullType(type)) return crowdedMember(type.ofType, value, path);
  if (isListType(type)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const crowded = crowdedMember(type.ofType, item, path);
      if (crowded !== undefined) return crowded;
    }
    return undefined;
  }
  if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return undefined;
  const fields = type.getFields();
  const names = Object.keys(value);
  if (names.length > Object.keys(fields).length + mostUnknown) {
    const unknown = names.find((name) => !Object.hasOwn(fields, name)) ?? '';
    return `field "${unknown.slice(0, longestName)}" is not defined by type "${type.name}" (at "${path}").`;
  }
  for (const [name, field] of Object.entries(fields)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    const crowded = crowdedMember(field.type, member, `${path}.${name}`);
    if (crowded !== undefined) return crowded;
  }
  return undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string';

const leafChecks: ReadonlyMap<unknown, (value: unknown) => boolean> = new Map<
  unknown,
  (value: unknown) => boolean
>([
  [GraphQLID, isText],
  [GraphQLString, isText],
  [GraphQLBoolean, (value) => typeof value === 'boolean'],
  [GraphQLInt, (value) => typeof value === 'number' && (value | 0) === value],
]);

function nullMessage(name: string, { argument, type }: NonNullUse): string {
  return (
    `Variable "$${name}" must not be null: ` +
    `it is used for the argument "${argument}" where "${type}" is expected.`
  );
}
