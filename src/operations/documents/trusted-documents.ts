import { createHash } from 'node:crypto';
import { type DocumentNode, parse, print } from 'graphql';
import { type Caller } from '../../domain/requests/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { type OperationParameters } from '../operation-request.js';

/** `enforce`: only trusted documents run; `apps`: callers with the scope `documents:any` may send their own. */
type TrustMode = 'apps' | 'enforce';

/** A document of the manifest that is not GraphQL. */
export class InvalidDocument extends Error {
  constructor(readonly id: string) {
    super('a document is not GraphQL');
  }
}

function parsed(id: string, text: string): DocumentNode {
  try {
    return parse(text);
  } catch {
    throw new InvalidDocument(id);
  }
}

/** The documents that an operator trusts, by id and by content. */
export class TrustedDocuments {
  /** Texts by id, as the operator has listed them. */
  readonly texts: ReadonlyMap<string, string>;
  readonly #mode: TrustMode;
  readonly #byId = new Map<string, string>();
  readonly #byContent = new Map<string, string>();

  /**
   * @param documents texts by id: a SHA-256, with or without the prefix `sha256:`, or any other id.
   * @throws InvalidDocument where a text is not GraphQL.
   */
  constructor(documents: ReadonlyMap<string, string>, mode: TrustMode) {
    this.texts = documents;
    this.#mode = mode;
    for (const [id, text] of documents) {
      this.#byId.set(withoutPrefix(id), text);
      this.#byId.set(sha256(text), text);
      this.#byContent.set(sha256(print(parsed(id, text))), text);
    }
  }

  /**
   * The document of a request: the manifest's, or the request's own text if the caller may send any.
   * @param read parses a text within the document limits.
   * @returns undefined if the request has neither text nor id.
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
 * The document of a request, without a manifest.
 * @throws GatewayError `PERSISTED_QUERY_NOT_SUPPORTED` if the request has only an id.
 */
export function textWithoutManifest(parameters: OperationParameters): string | undefined {
  if (parameters.query) return parameters.query;
  if (namedId(parameters) === undefined) return undefined;
  throw new GatewayError(
    'PERSISTED_QUERY_NOT_SUPPORTED',
    'The gateway stores no documents: send the text in `query`.',
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
