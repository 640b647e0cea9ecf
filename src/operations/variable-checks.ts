import {
  coerceInputValue,
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
  type VariableDefinitionNode,
} from 'graphql';
import { type DocumentFacts, type NonNullUse } from './documents/document-facts.js';
import { maxErrors } from './documents/validation.js';

type Variables = Readonly<Record<string, unknown>>;

/** One variable of an operation. */
interface VariableCheck {
  readonly definition: VariableDefinitionNode;
  readonly name: string;
  /** The argument of its first use, or the path below it. */
  readonly argument: string;
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
  readonly use: NonNullUse;
}

/**
 * Checks the variables of an operation. GraphQL allows a nullable variable with a default at a non-null position. An explicit
 * null there is an error of the request; graphql-js would report it only during execution, field by field.
 *
 * Each error has in `extensions.argument` the path at which the argument that the variable stands for is invalid.
 */
export class VariableChecks {
  readonly #schema: GraphQLSchema;
  readonly #checks: readonly VariableCheck[];
  readonly #nullProblems: readonly NullProblem[];

  constructor(
    schema: GraphQLSchema,
    { variableDefinitions = [] }: OperationDefinitionNode,
    { nonNullUses, argumentsOfVariables }: Pick<DocumentFacts, 'nonNullUses' | 'argumentsOfVariables'>,
  ) {
    this.#schema = schema;
    this.#checks = variableDefinitions.map((definition) => {
      const name = definition.variable.name.value;
      const type = typeFromAST(schema, definition.type) as GraphQLInputType | undefined;
      const isNullable = !isNonNullType(type);
      return {
        definition,
        name,
        argument: argumentsOfVariables.get(name) ?? name,
        type,
        isOptional: isNullable || definition.defaultValue !== undefined,
        isNullable,
        isCoerced: type && leafChecks.get(isNonNullType(type) ? type.ofType : type),
      };
    });
    this.#nullProblems = this.#checks.flatMap(({ name, isNullable }) => {
      const use = isNullable ? nonNullUses.get(name) : undefined;
      return use ? [{ name, use }] : [];
    });
  }

  /** The errors of a request's variables; empty if they are valid. */
  problems(variables: Variables): readonly GraphQLError[] {
    for (const { name, use } of this.#nullProblems)
      if (Object.hasOwn(variables, name) && variables[name] === null)
        return [new GraphQLError(nullMessage(name, use), { extensions: { argument: use.argument } })];
    if (this.#checks.every((check) => isCoerced(check, variables))) return [];
    for (const { name, argument, type } of this.#checks) {
      const crowded = type && crowdedMember(type, variables[name]);
      if (crowded) return [crowdedError(crowded, name, argument)];
    }
    const problems: GraphQLError[] = [];
    for (const check of this.#checks)
      if (problems.length <= maxErrors && !isCoerced(check, variables))
        problems.push(...this.#invalid(check, variables, maxErrors - problems.length));
    return problems;
  }

  /** The errors of one variable. If there are more than the maximum, one more error says so. */
  #invalid(check: VariableCheck, variables: Variables, maximum: number): GraphQLError[] {
    const { definition, name, argument, type } = check;
    const { errors } = getVariableValues(this.#schema, [definition], variables, { maxErrors: maximum });
    if (!errors) return [];
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    const paths = type ? invalidPaths(type, value, errors.length) : [];
    return errors.map(({ message, nodes }, index) => {
      const extensions = { argument: [argument, ...(paths[index] ?? [])].join('.') };
      return new GraphQLError(message, { nodes, extensions });
    });
  }
}

type Path = readonly (string | number)[];

/** The paths of the first invalid parts of a value, in the order in which graphql-js reports them. */
function invalidPaths(type: GraphQLInputType, value: unknown, maximum: number): Path[] {
  const paths: Path[] = [];
  try {
    coerceInputValue(value, type, (path, _value, error) => {
      paths.push(path);
      if (paths.length >= maximum) throw error;
    });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
  }
  return paths;
}

function isCoerced({ name, isOptional, isNullable, isCoerced: check }: VariableCheck, variables: Variables) {
  if (!Object.hasOwn(variables, name)) return isOptional;
  const value = variables[name];
  if (value === undefined) return false;
  return value === null ? isNullable : check?.(value) === true;
}

/** More members than these beyond the fields of a type are not typing errors. */
const mostUnknown = 20;
/** Characters of a member's name in a message. */
const longestName = 100;

interface CrowdedMember {
  readonly path: Path;
  readonly type: string;
  /** The first member that the type does not have. */
  readonly unknown: string;
}

/**
 * The first object with many more members than its type has fields; undefined without one. graphql-js writes the whole object
 * into the message of each of its errors, which takes half a second for 25,000 members.
 */
function crowdedMember(type: GraphQLInputType, value: unknown, path: Path = []): CrowdedMember | undefined {
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
  if (names.length > Object.keys(fields).length + mostUnknown)
    return { path, type: type.name, unknown: names.find((name) => !Object.hasOwn(fields, name)) ?? '' };
  for (const [name, field] of Object.entries(fields)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    const crowded = crowdedMember(field.type, member, [...path, name]);
    if (crowded !== undefined) return crowded;
  }
  return undefined;
}

function crowdedError({ path, type, unknown }: CrowdedMember, name: string, argument: string): GraphQLError {
  const member = `field "${unknown.slice(0, longestName)}" is not defined by type "${type}"`;
  return new GraphQLError(`Variable "$${name}" is invalid: ${member} (at "${[name, ...path].join('.')}").`, {
    extensions: { argument: [argument, ...path].join('.') },
  });
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
