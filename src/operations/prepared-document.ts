import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { documentBytes, type DocumentLimits, noteBytes } from './document-limits.js';
import { validationProblems, type ValidationSettings } from './validation.js';
import { VariableChecks } from './variable-checks.js';

/** One operation of a prepared document. */
export interface PreparedOperation {
  readonly prepared: PreparedDocument;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly variables: VariableChecks;
}

/** An app has dozens; a router makes some hundreds. */
const maximumDocuments = 1000;

/** A document that was parsed, held to the limits and validated. */
export class PreparedDocument {
  readonly document: DocumentNode;
  /** Validation errors; empty where the document is valid. */
  readonly problems: readonly GraphQLError[];
  readonly #schema: GraphQLSchema;
  readonly #operations = new Map<OperationDefinitionNode, PreparedOperation>();

  constructor(schema: GraphQLSchema, document: DocumentNode, problems: readonly GraphQLError[]) {
    this.#schema = schema;
    this.document = document;
    this.problems = problems;
  }

  /**
   * The operation of a name, or the only one. To be asked of valid documents.
   * @throws GraphQLError where the document has no such operation.
   */
  operation(name: string | undefined): PreparedOperation {
    const definition = getOperationAST(this.document, name);
    if (!definition) throw new GraphQLError(this.#noOperation(name));
    const known = this.#operations.get(definition);
    if (known) return known;
    const { document } = this;
    const variables = new VariableChecks(this.#schema, document, definition);
    const operation = { prepared: this, document, definition, variables };
    this.#operations.set(definition, operation);
    return operation;
  }

  /** Its text, as it was sent. */
  get text(): string {
    return this.document.loc?.source.body ?? '';
  }

  /** The memory of the document and of what is noted beside it, estimated. */
  get bytes(): number {
    const operations = this.document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    return documentBytes(this.text.length) + noteBytes(operations.length, this.problems.length);
  }

  #noOperation(name: string | undefined): string {
    if (name !== undefined)
      return `The document has no operation named ${JSON.stringify(name.slice(0, 100))}.`;
    return this.document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      ? 'The document has several operations: name one in `operationName`.'
      : 'The document has no operation.';
  }
}

/** Prepares documents, each of them once: whichever transport it comes over, and however often. */
export class PreparedDocuments {
  readonly #schema: GraphQLSchema;
  readonly #limits: DocumentLimits;
  readonly #validation: ValidationSettings;
  readonly #prepared: LRUCache<string, PreparedDocument>;
  /** Those that open subscriptions use, by their text; they are in memory anyhow. */
  readonly #inUse = new Map<string, { readonly prepared: PreparedDocument; users: number }>();

  /** @param maximumBytes of all documents that are kept. */
  constructor(
    schema: GraphQLSchema,
    limits: DocumentLimits,
    validation: ValidationSettings,
    maximumBytes: number,
  ) {
    this.#prepared = new LRUCache({
      max: maximumDocuments,
      maxSize: maximumBytes,
      sizeCalculation: ({ bytes }) => bytes,
    });
    this.#schema = schema;
    this.#limits = limits;
    this.#validation = validation;
  }

  /** How much is kept, estimated. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#prepared.size, bytes: this.#prepared.calculatedSize };
  }

  /** Whether a document need not be prepared. */
  has(text: string): boolean {
    return this.#prepared.has(text) || this.#inUse.has(text);
  }

  /** Notes that a document is used for as long as a subscription lasts. */
  retain(prepared: PreparedDocument): void {
    const { text } = prepared;
    const used = this.#inUse.get(text) ?? { prepared, users: 0 };
    used.users += 1;
    this.#inUse.set(text, used);
  }

  /** Notes that one use has ended. @returns whether it was the last. */
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
    const known = this.#prepared.get(text) ?? this.#inUse.get(text)?.prepared;
    if (known) return known;
    const document = this.#limits.parse(text);
    const problems = validationProblems(this.#schema, document, this.#validation);
    const prepared = new PreparedDocument(this.#schema, document, problems);
    this.#prepared.set(text, prepared);
    return prepared;
  }
}
