import { createHash } from 'node:crypto';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, specifiedRules, validate } from 'graphql';
import { readDocuments } from './document-limits.js';
import { type ValidationSettings } from './schema-secrecy.js';

/**
 * Which documents are valid: each is validated once, whichever way it comes and however often. Apollo Server is told of
 * the valid ones as its own store of documents, and reads those that are not, to say so.
 */
export class ValidDocuments {
  readonly #schema: GraphQLSchema;
  readonly #settings: ValidationSettings;
  readonly #problems = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  readonly #hashes = new WeakMap<DocumentNode, string>();
  /** The valid ones that Apollo Server was told of, by hash. */
  readonly #told = readDocuments();

  constructor(schema: GraphQLSchema, settings: ValidationSettings) {
    this.#schema = schema;
    this.#settings = settings;
  }

  /** What is wrong with a document; nothing: it is valid. */
  problems(document: DocumentNode): readonly GraphQLError[] {
    const { rules, options } = this.#settings;
    const known = this.#problems.get(document);
    const problems = known ?? validate(this.#schema, document, [...specifiedRules, ...rules], options);
    if (!known) this.#problems.set(document, problems);
    return problems;
  }

  /** Spares Apollo Server what is known of a document that was read already. */
  tell(text: string, document: DocumentNode): void {
    const known = this.#hashes.get(document);
    if (known !== undefined && this.#told.has(known)) return;
    if (this.problems(document).length > 0) return;
    const hash = createHash('sha256').update(text).digest('hex');
    this.#hashes.set(document, hash);
    this.#told.set(hash, document, { size: text.length });
  }

  /** For Apollo Server, which puts a prefix of the schema's before the SHA-256 of a text; it has nothing to add. */
  readonly store = {
    get: (key: string): Promise<DocumentNode | undefined> =>
      Promise.resolve(this.#told.get(key.slice(-hashLength))),
    set: (): Promise<void> => Promise.resolve(),
    delete: (): Promise<false> => Promise.resolve(false),
  };
}

const hashLength = 64;
