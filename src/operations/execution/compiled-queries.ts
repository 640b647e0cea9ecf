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
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { rejected } from '../../domain/errors.js';
import { documentBytes } from '../document-limits.js';
import { hasPlainVariables, isCompilable, selectionsOf } from './compilable.js';

/**
 * What graphql-js makes of values that are what they should be already: themselves. A list has hundreds of such. What is
 * anything else is graphql-js's to turn into what it should be, or to refuse.
 */
const plainLeaves = {
  String: (value: unknown) => (typeof value === 'string' ? value : GraphQLString.serialize(value)),
  ID: (value: unknown) => (typeof value === 'string' ? value : GraphQLID.serialize(value)),
  Int: (value: unknown) => (isInt(value) ? value : GraphQLInt.serialize(value)),
  Boolean: (value: unknown) => (typeof value === 'boolean' ? value : GraphQLBoolean.serialize(value)),
};

function isInt(value: unknown): boolean {
  return typeof value === 'number' && (value | 0) === value;
}

type Variables = Readonly<Record<string, unknown>>;

/** Runs a query; undefined where its answer is graphql-js's to give. */
export type RunCompiled = (variables: Variables, context: unknown) => Promise<ExecutionResult | undefined>;

/** A query that is run again and again. */
export interface CompiledQuery {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly run: RunCompiled;
}

/** Told of every answer of a compiled query, and given the means to compare it with graphql-js's. */
export type Comparison = (
  compiled: ExecutionResult,
  interpret: () => Promise<ExecutionResult>,
) => Promise<void>;

/** When queries are compiled, and who looks on. */
export interface CompiledQueriesOptions {
  /** What was asked less often is not worth it: to compile costs what many executions do. */
  readonly afterUses: number;
  readonly compare?: Comparison | undefined;
  /** Of all that are kept. */
  readonly maximumBytes: number;
}

/** A frontend has dozens. */
const maximumKept = 500;
/** Of the functions of any query, and of those of each selection once it has run. */
const [bytesOfAny, bytesPerSelection] = [20_000, 3300];

/** Queries compiled to functions, those that are asked again and again. */
export class CompiledQueries {
  readonly #schema: GraphQLSchema;
  readonly #options: CompiledQueriesOptions;
  /** Of those that are not compiled; `Infinity` of those that can't be. They are not kept for being counted. */
  readonly #uses = new WeakMap<OperationDefinitionNode, number>();
  readonly #compiled: LRUCache<OperationDefinitionNode, CompiledQuery>;

  constructor(schema: GraphQLSchema, options: CompiledQueriesOptions) {
    this.#schema = schema;
    this.#options = options;
    this.#compiled = new LRUCache({
      max: maximumKept,
      maxSize: options.maximumBytes,
      sizeCalculation: bytesOf,
    });
  }

  /** How much is kept, roughly. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#compiled.size, bytes: this.#compiled.calculatedSize };
  }

  /** What runs an operation of a valid document; undefined where graphql-js has to. */
  of(document: DocumentNode, operation: OperationDefinitionNode): CompiledQuery | undefined {
    const known = this.#compiled.get(operation);
    if (known) return known;
    const uses = (this.#uses.get(operation) ?? 0) + 1;
    this.#uses.set(operation, uses);
    if (uses <= this.#options.afterUses || uses === Infinity) return undefined;
    const compiled = this.#compile(document, operation);
    this.#uses.set(operation, compiled ? 0 : Infinity); // what had to make room is counted anew
    if (compiled) this.#compiled.set(operation, compiled);
    return compiled;
  }

  #compile(document: DocumentNode, operation: OperationDefinitionNode): CompiledQuery | undefined {
    const schema = this.#schema;
    if (!isCompilable(schema, document, operation)) return undefined;
    const compiled = compileQuery(schema, document, operation.name?.value, {
      customSerializers: plainLeaves,
    });
    if (!isCompiledQuery(compiled)) return undefined;
    const isPlain = hasPlainVariables(schema, operation);
    const areTaken = (variables: Variables): boolean =>
      isPlain ||
      getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 }).coerced !==
        undefined;
    return {
      document,
      operation,
      run: (variables, context) => {
        if (!areTaken(variables)) return Promise.resolve(undefined);
        const answered = started(() => compiled.query(undefined, context, variables)).then(whole, failed);
        const { compare } = this.#options;
        if (!compare) return answered;
        const operationName = operation.name?.value;
        return answered.then(async (result) => {
          const interpret = async () =>
            execute({ schema, document, contextValue: context, variableValues: variables, operationName });
          if (result) await compare(result, interpret);
          return result;
        });
      },
    };
  }
}

function started<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(work()); // a promise as it is
  } catch (error) {
    return rejected(error);
  }
}

/** What has an error in it is graphql-js's to answer. */
function whole(result: ExecutionResult): ExecutionResult | undefined {
  return result.errors ? undefined : result;
}

/** What fails as a whole, too. */
function failed(): undefined {
  return undefined;
}

/** Its document is kept with it. */
function bytesOf({ document, operation }: CompiledQuery): number {
  const characters = document.loc?.end ?? 0;
  return bytesOfAny + bytesPerSelection * selectionsOf(document, operation) + documentBytes(characters);
}
