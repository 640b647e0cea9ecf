import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getVariableValues,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { hasPlainVariables, isCompilable } from './compilable.js';
import { plainLeaves } from './plain-leaves.js';

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
}

/** What is known of one operation. */
interface Known {
  uses: number;
  compiled?: CompiledQuery | null;
}

/** How many are kept; a frontend has dozens. */
const maximumKept = 500;

/** Queries compiled to functions, those that are asked again and again. */
export class CompiledQueries {
  readonly #schema: GraphQLSchema;
  readonly #options: CompiledQueriesOptions;
  readonly #known = new LRUCache<OperationDefinitionNode, Known>({ max: maximumKept });
  readonly #byText = new LRUCache<string, Map<string | undefined, CompiledQuery>>({ max: maximumKept });

  constructor(schema: GraphQLSchema, options: CompiledQueriesOptions) {
    this.#schema = schema;
    this.#options = options;
  }

  /** What runs the operation of this name of a text that was found valid; undefined where that is not known. */
  named(text: string, name: string | undefined): CompiledQuery | undefined {
    return this.#byText.get(text)?.get(name);
  }

  /**
   * What runs an operation of a valid document; undefined where graphql-js has to.
   * @param sent by which it is found from then on.
   */
  of(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    sent: { readonly text: string; readonly name: string | undefined },
  ): CompiledQuery | undefined {
    const known = this.#known.get(operation) ?? { uses: 0 };
    if (known.uses === 0) this.#known.set(operation, known);
    known.uses += 1;
    if (known.compiled === undefined && known.uses > this.#options.afterUses)
      known.compiled = this.#compile(document, operation) ?? null;
    if (!known.compiled) return undefined;
    const byName = this.#byText.get(sent.text) ?? new Map<string | undefined, CompiledQuery>();
    this.#byText.set(sent.text, byName.set(sent.name, known.compiled));
    return known.compiled;
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
      run: async (variables, context) => {
        if (!areTaken(variables)) return undefined;
        let result: ExecutionResult;
        try {
          result = await compiled.query(undefined, context, variables);
        } catch {
          return undefined; // it fails as a whole
        }
        if (result.errors) return undefined;
        const operationName = operation.name?.value;
        await this.#options.compare?.(result, async () =>
          execute({ schema, document, contextValue: context, variableValues: variables, operationName }),
        );
        return result;
      },
    };
  }
}
