import { z } from 'zod';
import { type Config } from '../config/config.js';
import { ConfigError } from '../config/environment/environment.js';
import { mostBytesOf, readText } from '../config/environment/files.js';
import { CostCheck } from '../operations/cost/operation-cost.js';
import { DocumentLimits } from '../operations/documents/document-limits.js';
import { errorFormatter } from '../operations/error-format.js';
import { QueryCompiler, type QueryCompilerOptions } from '../operations/execution/query-compiler.js';
import { ConcurrencyLimit } from '../operations/gate/concurrency-limit.js';
import { ExecutionGate } from '../operations/gate/execution-gate.js';
import { MemoryPool } from '../operations/gate/memory-pool.js';
import { SubscriptionMemory } from '../operations/gate/subscription-memory.js';
import { EventLoopScheduler } from '../operations/gate/event-loop-scheduler.js';
import { OperationPipeline, type PipelineOptions } from '../operations/pipeline.js';
import { PreparedDocuments } from '../operations/documents/prepared-document.js';
import { InvalidDocument, TrustedDocuments } from '../operations/documents/trusted-documents.js';
import { type HeapWatch } from './heap-watch.js';
import { type MemoryBudget } from './memory-budget.js';

/** Collaborators of the pipeline. */
interface Collaborators extends Pick<
  PipelineOptions,
  'schema' | 'createContext' | 'telemetry' | 'cachePolicy' | 'rateLimiter'
> {
  readonly windowRows: ConstructorParameters<typeof CostCheck>[0]['windowRows'];
  readonly compiling: QueryCompilerOptions;
  readonly memory: Pick<
    MemoryBudget,
    'documents' | 'results' | 'documentsInUse' | 'subscriptions' | 'waitingOperations'
  >;
  readonly heap: HeapWatch;
}

/** Longest work in one turn of the event loop. Then other requests get their turn. */
const sliceMs = 25;
/** Bytes of an operation that waits for memory: its request and its context. */
const waitingBytes = 32 * 1024;

/** Creates the pipeline. @throws ConfigError for a `TRUSTED_DOCUMENTS` manifest that can't be read. */
export function openPipeline(
  { access, limits, maximumUpstreamCalls }: Config,
  { windowRows, compiling, memory, heap, ...rest }: Collaborators,
): OperationPipeline {
  const { schema, telemetry } = rest;
  const documents = new PreparedDocuments({
    schema,
    limits: new DocumentLimits(schema, limits),
    isIntrospectionOn: access.isIntrospectionOn,
    compiler: new QueryCompiler(schema, compiling),
    maximumBytes: memory.documents,
  });
  heap.onFull(() => {
    documents.evict();
  });
  // Without authentication all clients are one caller, which may have all of it.
  const callersShare = access.auth.mode === 'none' ? 1 : 1 / 2;
  const pool = (maximumBytes: number): MemoryPool =>
    new MemoryPool({
      maximumBytes,
      maximumPerCaller: Math.floor(maximumBytes * callersShare),
      maximumWaiting: Math.floor(maximumBytes / waitingBytes),
      waitMs: limits.operationTimeoutMs,
      isHeapFull: heap.isFull,
    });
  return new OperationPipeline({
    ...rest,
    documents,
    trusted: access.trustedDocuments && readManifest(access.trustedDocuments),
    cost: new CostCheck({
      limit: maximumUpstreamCalls,
      windowRows,
      maximumValues: limits.answerValues,
      maximumBytes: limits.answerBytes,
    }),
    concurrency: new ConcurrencyLimit(limits),
    gate: new ExecutionGate({
      scheduler: new EventLoopScheduler({ sliceMs, now: () => performance.now() }),
      maximumWaiting: memory.waitingOperations,
      isHeapFull: heap.isFull,
      documents: pool(memory.documentsInUse),
      results: pool(memory.results),
      deliveries: pool(limits.unreadBytes || Number.MAX_SAFE_INTEGER),
    }),
    subscriptions: new SubscriptionMemory({
      maximumBytes: memory.subscriptions,
      maximumPerCaller: Math.floor(memory.subscriptions * callersShare),
      documents,
    }),
    formatErrors: errorFormatter(telemetry, !access.isIntrospectionOn),
  });
}

/** Manifest of Apollo's tools. */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});
/** Manifest of `@graphql-codegen/client-preset`. */
const manifest = z.record(z.string(), z.string().min(1));

/** The documents of a manifest by their ids. @throws ConfigError for the first invalid entry, by its name. */
function documentsIn(json: unknown, refuse: (why: string) => ConfigError): ReadonlyMap<string, string> {
  const isApollos = typeof json === 'object' && json !== null && 'operations' in json && 'format' in json;
  const parsed = isApollos ? apolloManifest.safeParse(json) : manifest.safeParse(json);
  if (!parsed.success) {
    const [place, entry] = parsed.error.issues[0]?.path ?? [];
    if (place === 'operations' && typeof entry === 'number')
      throw refuse(`operation ${entry + 1} needs an id and a body, both text`);
    throw refuse(
      place === undefined || isApollos ? 'it is neither' : `${documentName(String(place))} is not text`,
    );
  }
  const entries = isApollos
    ? (parsed.data as z.infer<typeof apolloManifest>).operations.map(({ id, body }) => [id, body] as const)
    : Object.entries(parsed.data as z.infer<typeof manifest>);
  const documents = new Map<string, string>();
  for (const [id, text] of entries) {
    if ((documents.get(id) ?? text) !== text)
      throw refuse(`${documentName(id)} is there twice, with two texts`);
    documents.set(id, text);
  }
  return documents;
}

/** An entry of the manifest, for its operator. */
/** A document of the manifest, as messages name it. */
export function documentName(id: string): string {
  return `the document ${JSON.stringify(id.length > 80 ? `${id.slice(0, 80)}…` : id)}`;
}

/** Reads the manifest of trusted documents. @throws ConfigError */
export function readManifest({
  file,
  mode,
}: NonNullable<Config['access']['trustedDocuments']>): TrustedDocuments {
  const takes = 'takes the path of a JSON object of document texts by their SHA-256, or an Apollo manifest';
  const refuse = (why: string): ConfigError =>
    new ConfigError([`TRUSTED_DOCUMENTS: got ${JSON.stringify(file)}, ${takes}; ${why}.`]);
  const documents = documentsIn(fromJson(file, refuse), refuse);
  if (documents.size === 0) throw refuse('it has no documents');
  try {
    return new TrustedDocuments(documents, mode);
  } catch (error) {
    throw error instanceof InvalidDocument ? refuse(`${documentName(error.id)} is not GraphQL`) : error;
  }
}

function fromJson(file: string, refuse: (why: string) => ConfigError): unknown {
  try {
    return JSON.parse(readText(file, mostBytesOf.documents)) as unknown;
  } catch (error) {
    throw refuse(error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read');
  }
}
