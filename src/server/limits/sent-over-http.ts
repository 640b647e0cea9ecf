import { type HTTPGraphQLRequest } from '@apollo/server';
import { type SentDocument } from './trusted-documents.js';

/** What of a request over HTTP says which operation it asks for. */
interface SentOverHttp extends SentDocument {
  readonly operationName?: unknown;
}

/** What a request sent; undefined for one that can't be read, which Apollo Server refuses. */
export function sentOverHttp({ method, body, search }: HTTPGraphQLRequest): SentOverHttp | undefined {
  if (method === 'POST') return isRecord(body) ? body : undefined;
  const parameters = new URLSearchParams(search);
  const names = [...parameters.keys()];
  if (new Set(names).size < names.length) return undefined; // which of two is meant is not for us to guess
  const { extensions, ...rest } = Object.fromEntries(parameters);
  return { ...rest, extensions: extensions === undefined ? undefined : fromJson(extensions) };
}

/** The same request with its document said in full, as one that never named it. */
export function withText(request: HTTPGraphQLRequest, query: string): HTTPGraphQLRequest {
  if (request.method === 'POST') {
    const body = request.body as Record<string, unknown>;
    const extensions = withoutHash(body['extensions']);
    return { ...request, body: { ...body, query, extensions, documentId: undefined } };
  }
  const parameters = new URLSearchParams(request.search);
  const extensions = withoutHash(fromJson(parameters.get('extensions') ?? 'null'));
  parameters.delete('documentId');
  parameters.delete('extensions');
  parameters.set('query', query);
  if (extensions !== null) parameters.set('extensions', JSON.stringify(extensions));
  return { ...request, search: `?${parameters.toString()}` };
}

function withoutHash(extensions: unknown): unknown {
  return isRecord(extensions) ? { ...extensions, persistedQuery: undefined } : (extensions ?? null);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
