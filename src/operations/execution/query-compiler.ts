import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getVariableValues,
  GraphQLBoolean,
  GraphQLID,
  GraphQLInt,
  type GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { rejected } from '../../domain/errors.js';
import { type Compilable, hasLeafVariables, isCompilable, selectionsOf } from './compilable.js';

/**
 * Serialisers that return a value of the right type as it is; a response has hundreds of them. GraphQL's own serialisers
 * convert or refuse every other value.
 */
const plainLeaves = {
  String: (value: unknown) => (typeof value === 'string' ? value : GraphQLString.serialize(value)),
  ID: (value: unknown) => (typeof value === 'string' ? value : GraphQLID.serialize(value)),
  Int: (value: unknown) =>
    typeof value === 'number' && (value | 0) === value ? value : GraphQLInt.serialize(value),
  Boolean: (value: unknown) => (typeof value === 'boolean' ? value : GraphQLBoolean.serialize(value)),
};

type Variables = Readonly<Record<string, unknown>>;

/** A query as a function. */
export interface CompiledQuery {
  /** Resolves to undefined where graphql-js has to run the query. */
  readonly run: (variables: Variables, context: unknown) => Promise<ExecutionResult | undefined>;
  /** Estimated memory of the function. */
  readonly bytes: number;
}

/** Compares the result of a compiled query with graphql-js's. @param interpret runs the query with graphql-js. */
export type Comparison = (
  compiled: ExecutionResult,
  interpret: () => Promise<ExecutionResult>,
  document: DocumentNode,
) => Promise<void>;

/** When queries are compiled, and whether results are compared. */
export interface QueryCompilerOptions {
  /** Uses before a query is compiled: compilation costs as much as many executions. */
  readonly afterUses: number;
  readonly compare?: Comparison | undefined;
}

/** Memory of the functions of any query, and of each selection once it has run. */
const [bytesPerQuery, bytesPerSelection] = [20_000, 3300];

/** Compiles queries with graphql-jit, for which graphql-js decides on errors. */
export class QueryCompiler {
  readonly #schema: GraphQLSchema;
  readonly #options: QueryCompilerOptions;

  constructor(schema: GraphQLSchema, options: QueryCompilerOptions) {
    this.#schema = schema;
    this.#options = options;
  }

  get afterUses(): number {
    return this.#options.afterUses;
  }

  /** @returns undefined where graphql-js has to run the operation. */
  compile(operation: Compilable): CompiledQuery | undefined {
    if (!isCompilable(operation)) return undefined;
    const { document, definition } = operation;
    const compiled = compileQuery(this.#schema, document, definition.name?.value, {
      customSerializers: plainLeaves,
    });
    if (!isCompiledQuery(compiled)) return undefined;
    const isChecked = hasLeafVariables(this.#schema, definition);
    const { compare } = this.#options;
    return {
      bytes: bytesPerQuery + bytesPerSelection * selectionsOf(operation),
      run: (variables, context) => {
        if (!isChecked && !this.#areCoercible(operation, variables)) return Promise.resolve(undefined);
        const result = started(() => compiled.query(undefined, context, variables)).then(
          withoutErrors,
          () => undefined,
        );
        return compare ? this.#compared(result, operation, variables, context) : result;
      },
    };
  }

  #areCoercible({ definition }: Compilable, variables: Variables): boolean {
    const { variableDefinitions = [] } = definition;
    return (
      getVariableValues(this.#schema, variableDefinitions, variables, { maxErrors: 1 }).coerced !== undefined
    );
  }

  async #compared(
    running: Promise<ExecutionResult | undefined>,
    { document, definition }: Compilable,
    variables: Variables,
    context: unknown,
  ): Promise<ExecutionResult | undefined> {
    const result = await running;
    const interpret = async () =>
      execute({
        schema: this.#schema,
        document,
        contextValue: context,
        variableValues: variables,
        operationName: definition.name?.value,
      });
    if (result) await this.#options.compare?.(result, interpret, document);
    return result;
  }
}

function started<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(work()); // a promise as it is
  } catch (error) {
    return rejected(error);
  }
}

/** A result with errors is graphql-js's to produce. */
function withoutErrors(result: ExecutionResult): ExecutionResult | undefined {
  return result.errors ? undefined : result;
}
