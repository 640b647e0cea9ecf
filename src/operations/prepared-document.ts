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
    const operation = { document, definition, variables };
    this.#operations.set(definition, operation);
    return operation;
  }

  /** The memory of what is noted beside the document. */
  get noteBytes(): number {
    const operations = this.document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    return noteBytes(operations.length, this.problems.length);
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
      sizeCalculation: (prepared, { length }) => prepared.noteBytes + documentBytes(length),
    });
    this.#schema = schema;
    this.#limits = limits;
    this.#validation = validation;
  }

  /** How much is kept, estimated. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#prepared.size, bytes: this.#prepared.calculatedSize };
  }

  /**
   * Parses and validates a document.
   * @throws GatewayError `QUERY_TOO_LARGE` over a limit; GraphQLError where the text is not GraphQL.
   */
  prepare(text: string): PreparedDocument {
    const known = this.#prepared.get(text);
    if (known) return known;
    const document = this.#limits.parse(text);
    const problems = validationProblems(this.#schema, document, this.#validation);
    const prepared = new PreparedDocument(this.#schema, document, problems);
    this.#prepared.set(text, prepared);
    return prepared;
  }
}
