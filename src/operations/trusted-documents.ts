import { createHash } from 'node:crypto';
import { type DocumentNode, parse, print } from 'graphql';
import { type Caller } from '../domain/caller.js';
import { GatewayError } from '../domain/errors.js';
import { type OperationParameters } from './operation-request.js';

/** `enforce`: only trusted documents run; `apps`: callers with the scope `documents:any` may send their own. */
export type TrustMode = 'apps' | 'enforce';

/** The documents that an operator trusts, by name and by content. */
export class TrustedDocuments {
  readonly #mode: TrustMode;
  readonly #byId = new Map<string, string>();
  readonly #byContent = new Map<string, string>();

  /**
   * @param documents texts by name: a SHA-256, with or without `sha256:` in front, or another name that a tool made.
   * @throws GraphQLError where a text is not GraphQL.
   */
  constructor(documents: ReadonlyMap<string, string>, mode: TrustMode) {
    this.#mode = mode;
    for (const [id, text] of documents) {
      this.#byId.set(withoutPrefix(id), text);
      this.#byId.set(sha256(text), text);
      this.#byContent.set(sha256(print(parse(text))), text);
    }
  }

  /** The number of documents. */
  get size(): number {
    return this.#byContent.size;
  }

  /**
   * The text of the document that a request asks for: the manifest's, or the request's own where the caller may send it.
   * @param read parses a text within the limits of a document.
   * @returns undefined where the request names no document.
   * @throws GatewayError `PERSISTED_QUERY_NOT_FOUND`, `DOCUMENT_NOT_TRUSTED`, and what `read` throws.
   */
  textOf(
    parameters: OperationParameters,
    caller: Caller,
    read: (text: string) => DocumentNode,
  ): string | undefined {
    const { query } = parameters;
    if (!query) return this.#named(parameters);
    const trusted = this.#byId.get(sha256(query)) ?? this.#byContent.get(sha256(print(read(query))));
    if (trusted !== undefined) return trusted;
    if (this.#mode === 'apps' && caller.scopes.has('documents:any')) return query;
    throw new GatewayError(
      'DOCUMENT_NOT_TRUSTED',
      'The gateway runs documents of its list only (TRUSTED_DOCUMENTS), and this one is not in it.',
    );
  }

  #named(parameters: OperationParameters): string | undefined {
    const id = namedId(parameters);
    if (id === undefined) return undefined;
    const text = this.#byId.get(withoutPrefix(id));
    if (text === undefined)
      throw new GatewayError('PERSISTED_QUERY_NOT_FOUND', 'The gateway has no document of this name.');
    return text;
  }
}

/**
 * The text of the document that a request asks for, where there is no manifest.
 * @throws GatewayError `PERSISTED_QUERY_NOT_SUPPORTED` where the request only names its document.
 */
export function textWithoutManifest(parameters: OperationParameters): string | undefined {
  if (parameters.query) return parameters.query;
  if (namedId(parameters) === undefined) return undefined;
  throw new GatewayError(
    'PERSISTED_QUERY_NOT_SUPPORTED',
    'The gateway keeps no documents: send the text in `query`.',
  );
}

function namedId({ documentId, extensions }: OperationParameters): string | undefined {
  if (documentId !== undefined) return documentId;
  const persisted = extensions['persistedQuery'] as { readonly sha256Hash?: unknown } | null | undefined;
  if (persisted === null || persisted === undefined) return undefined;
  return typeof persisted.sha256Hash === 'string' ? persisted.sha256Hash : '';
}

function withoutPrefix(id: string): string {
  return id.replace(/^sha256:/, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
