import { type FastifyRequest } from 'fastify';
import { type SentDocument } from '../limits/trusted-documents.js';

/** A request that is nothing but an operation: what most clients send. */
export interface PlainRequest {
  /** The document, by its text or its name. */
  readonly sent: SentDocument;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Which kinds of answer it takes, as it says; empty where it says nothing. */
  readonly accept: string;
}

/** As clients write it. What is written otherwise is for Apollo Server to read. */
const jsonType = /^application\/json(?:; ?charset=utf-8)?$/i;
const plainKeys: ReadonlySet<string> = new Set([
  'query',
  'operationName',
  'variables',
  'extensions',
  'documentId',
]);

/** @returns undefined for what needs a closer look: another method or type, a subscription, a wish of its own. */
export function plainRequestOf({ method, headers, body }: FastifyRequest): PlainRequest | undefined {
  if (method !== 'POST' || !jsonType.test(headers['content-type'] ?? '')) return undefined;
  if (headers['x-upstream-report'] !== undefined || !isRecord(body)) return undefined;
  for (const key in body) if (!plainKeys.has(key)) return undefined;
  const { operationName, variables, extensions } = body;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  if (variables != null && !isRecord(variables)) return undefined;
  if (extensions != null && !(isRecord(extensions) && extensions['subscription'] == null)) return undefined;
  return {
    sent: body,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
    accept: headers.accept ?? '',
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
