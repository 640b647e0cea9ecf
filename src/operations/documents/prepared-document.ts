import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  GraphQLID,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { OperationPlan } from '../../resolvers/look-ahead.js';
import { type Fragments } from '../../schema/selected-fields.js';
import { KnownCosts } from '../cost/known-costs.js';
import { type DocumentFacts, documentFacts, fragmentsOf } from './document-facts.js';
import { documentBytes, type DocumentLimits, noteBytes } from './document-limits.js';
import { type CompiledQuery, type QueryCompiler } from '../execution/query-compiler.js';
import { ListSizes } from './list-sizes.js';
import { validationProblems } from './validation.js';
import { VariableChecks } from '../variable-checks.js';

/** One operation of a valid document, and all that is computed once for it. */
export class PreparedOperation {
  readonly prepared: PreparedDocument;
  readonly definition: OperationDefinitionNode;
  /** The bounds of lists in its arguments and variables. */
  readonly lists: ListSizes;
  /** The checks of its variables. */
  readonly variables: VariableChecks;
  /** The reads that its resolvers make. */
  readonly plan: OperationPlan;
  /** Its estimates of cost and size that were within the limits. */
  readonly knownCosts: KnownCosts;
  /** Its compiled function, once it runs often; null where graphql-js has to run it. */
  compiled: CompiledQuery | null | undefined;
  /** How often it ran before it was compiled. */
  uses = 0;

  constructor(prepared: PreparedDocument, facts: DocumentFacts, definition: OperationDefinitionNode) {
    const { schema, fragments } = prepared;
    const variables = definition.variableDefinitions ?? [];
    const names = (isOfSid: boolean): string[] =>
      variables
        .filter((variable) => isOfSid === isOnlySid(schema, variable, facts))
        .map(({ variable }) => variable.name.value);
    this.prepared = prepared;
    this.definition = definition;
    this.lists = new ListSizes(schema, definition, facts);
    this.variables = new VariableChecks(schema, definition, facts);
    this.plan = new OperationPlan(definition, fragments);
    this.knownCosts = new KnownCosts(names(true), names(false));
  }

  get document(): DocumentNode {
    return this.prepared.document;
  }
}

/** Whether a variable does nothing but name a campaign. */
function isOnlySid(
  schema: GraphQLSchema,
  { variable, type: typeNode }: VariableDefinitionNode,
  { otherVariables }: DocumentFacts,
): boolean {
  const type = typeFromAST(schema, typeNode);
  const isId = (isNonNullType(type) ? type.ofType : type) === GraphQLID;
  return isId && !otherVariables.has(variable.name.value);
}

/** A document that was parsed, checked against the limits and validated. */
export class PreparedDocument {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  /** Validation errors; empty where the document is valid. */
  readonly problems: readonly GraphQLError[];
  readonly fragments: Fragments;
  readonly #operations = new Map<OperationDefinitionNode, PreparedOperation>();
  #facts: DocumentFacts | undefined;

  constructor(schema: GraphQLSchema, document: DocumentNode, problems: readonly GraphQLError[]) {
    this.schema = schema;
    this.document = document;
    this.problems = problems;
    this.fragments = fragmentsOf(document);
  }

  /** Findings of one walk over the document, which must be valid. */
  get facts(): DocumentFacts {
    return (this.#facts ??= documentFacts(this.schema, this.document));
  }

  /**
   * The operation of a name, or the only one. The document must be valid.
   * @throws GraphQLError where the document has no such operation.
   */
  operation(name: string | undefined): PreparedOperation {
    const definition = getOperationAST(this.document, name);
    if (!definition) throw new GraphQLError(this.#noOperation(name));
    const known = this.#operations.get(definition);
    if (known) return known;
    const operation = new PreparedOperation(this, this.facts, definition);
    this.#operations.set(definition, operation);
    return operation;
  }

  /** The text as it was sent. */
  get text(): string {
    return this.document.loc?.source.body ?? '';
  }

  /** The estimated memory of the document and of everything computed from it. */
  get bytes(): number {
    const operations = this.document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    let bytes = documentBytes(this.text.length) + noteBytes(operations.length, this.problems.length);
    for (const { compiled } of this.#operations.values()) bytes += compiled?.bytes ?? 0;
    return bytes;
  }

  #noOperation(name: string | undefined): string {
    if (name !== undefined)
      return `The document has no operation named ${JSON.stringify(name.slice(0, 100))}.`;
    return this.document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      ? 'The document has several operations: name one in `operationName`.'
      : 'The document has no operation.';
  }
}

/** An app has dozens of documents; a router makes some hundreds. */
const maximumDocuments = 1000;

interface PreparedDocumentsOptions {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly isIntrospectionOn: boolean;
  readonly compiler: QueryCompiler;
  /** Bytes of all cached documents together. */
  readonly maximumBytes: number;
}

/** Prepares each document once, whatever transport it comes over, and caches it by its text. */
export class PreparedDocuments {
  readonly #options: PreparedDocumentsOptions;
  readonly #cache: LRUCache<string, PreparedDocument>;
  /** Documents of open subscriptions by text; they are in memory anyhow. */
  readonly #inUse = new Map<string, { readonly prepared: PreparedDocument; users: number }>();

  constructor(options: PreparedDocumentsOptions) {
    this.#options = options;
    this.#cache = new LRUCache({
      maxSize: options.maximumBytes,
      sizeCalculation: ({ bytes }) => bytes,
    });
  }

  /** Number of cached documents, and their estimated memory. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#cache.size, bytes: this.#cache.calculatedSize };
  }

  /** Whether a document is prepared already. */
  has(text: string): boolean {
    return this.#cache.has(text) || this.#inUse.has(text);
  }

  /** Empties the cache. */
  evict(): void {
    this.#cache.clear();
  }

  /** Keeps a document while a subscription is open. */
  retain(prepared: PreparedDocument): void {
    const used = this.#inUse.get(prepared.text) ?? { prepared, users: 0 };
    used.users += 1;
    this.#inUse.set(prepared.text, used);
  }

  /** Ends one use of a document. @returns whether it was the last. */
  release({ text }: PreparedDocument): boolean {
    const used = this.#inUse.get(text);
    if (!used) return false;
    used.users -= 1;
    if (used.users > 0) return false;
    this.#inUse.delete(text);
    return true;
  }

  /**
   * Parses and validates a document.
   * @throws GatewayError `QUERY_TOO_LARGE` over a limit; GraphQLError where the text is not GraphQL.
   */
  prepare(text: string): PreparedDocument {
    const known = this.#cache.get(text) ?? this.#inUse.get(text)?.prepared;
    if (known) return known;
    const { schema, limits, isIntrospectionOn } = this.#options;
    const document = limits.parse(text);
    const problems = validationProblems(schema, document, isIntrospectionOn);
    const prepared = new PreparedDocument(schema, document, problems);
    this.#cache.set(text, prepared);
    if (this.#cache.size > maximumDocuments) this.#cache.pop(); // `max` would allocate room for all of them at once
    return prepared;
  }

  /** The compiled function of an operation; undefined while it is rare, and where graphql-js has to run it. */
  compiled(operation: PreparedOperation): CompiledQuery | undefined {
    if (operation.compiled !== undefined) return operation.compiled ?? undefined;
    operation.uses += 1;
    const { compiler } = this.#options;
    if (operation.uses <= compiler.afterUses) return undefined;
    operation.compiled = compiler.compile(operation) ?? null;
    const { prepared } = operation;
    // The cache measures an entry only when it is added.
    if (operation.compiled && this.#cache.delete(prepared.text)) this.#cache.set(prepared.text, prepared);
    return operation.compiled ?? undefined;
  }
}
