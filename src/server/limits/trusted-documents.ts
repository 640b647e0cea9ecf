import { createHash } from 'node:crypto';
import { type DocumentNode, parse, print } from 'graphql';
import { type Caller } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';

/** What a request names or says as its document. */
export interface SentDocument {
  readonly query?: unknown;
  /** GraphQL over HTTP, appendix on persisted documents. */
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** `enforce`: nothing else runs; `apps`: who has the scope `documents:any` may send its own. */
export type TrustMode = 'apps' | 'enforce';

/** The documents that an operator trusts, by their names and by what they say. */
export class TrustedDocuments {
  readonly #mode: TrustMode;
  readonly #byId = new Map<string, string>();
  readonly #byContent = new Map<string, string>();

  /**
   * @param documents text by name: a SHA-256, with or without `sha256:` before it, or whatever a tool made.
   * @throws GraphQLError for a text that is no GraphQL.
   */
  constructor(documents: ReadonlyMap<string, string>, mode: TrustMode) {
    this.#mode = mode;
    for (const [id, text] of documents) {
      this.#byId.set(bare(id), text);
      this.#byId.set(sha256(text), text);
      this.#byContent.set(sha256(print(parse(text))), text);
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#byContent.size;
  }

  /**
   * The document that a request is about: the text of the manifest, or the request's own where the caller may.
   * @param read reads a text within the limits of a document.
   * @throws GatewayError `PERSISTED_QUERY_NOT_FOUND`, `DOCUMENT_NOT_TRUSTED`, and what `read` throws.
   */
  textOf(sent: SentDocument, caller: Caller, read: (text: string) => DocumentNode): string | undefined {
    if (typeof sent.query !== 'string' || sent.query === '') return this.#named(sent);
    const trusted =
      this.#byId.get(sha256(sent.query)) ?? this.#byContent.get(sha256(print(read(sent.query))));
    if (trusted !== undefined) return trusted;
    if (this.#mode === 'apps' && caller.scopes.has('documents:any')) return sent.query;
    throw new GatewayError(
      'DOCUMENT_NOT_TRUSTED',
      'The gateway runs documents of its list only (TRUSTED_DOCUMENTS), and this one is not in it.',
    );
  }

  #named(sent: SentDocument): string | undefined {
    const id = namedId(sent);
    if (id === undefined) return undefined;
    const text = this.#byId.get(bare(id));
    if (text === undefined)
      throw new GatewayError('PERSISTED_QUERY_NOT_FOUND', 'The gateway has no document of this name.');
    return text;
  }
}

/** The text of a request where nobody keeps documents. @throws GatewayError for one that names its document only. */
export function textWithoutManifest(sent: SentDocument): string | undefined {
  if (typeof sent.query === 'string' && sent.query !== '') return sent.query;
  if (namedId(sent) === undefined) return undefined;
  throw new GatewayError(
    'PERSISTED_QUERY_NOT_SUPPORTED',
    'The gateway keeps no documents: send the text in `query`.',
  );
}

/** Whether a request gives its document's name, beside its text or in place of it. */
export function namesDocument(sent: SentDocument): boolean {
  return namedId(sent) !== undefined;
}

function namedId({ documentId, extensions }: SentDocument): string | undefined {
  if (typeof documentId === 'string') return documentId;
  const persisted = (extensions as { readonly persistedQuery?: { readonly sha256Hash?: unknown } } | null)
    ?.persistedQuery;
  return persisted == null ? undefined : typeof persisted.sha256Hash === 'string' ? persisted.sha256Hash : '';
}

function bare(id: string): string {
  return id.replace(/^sha256:/, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
