import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Config } from '../config/config.js';
import { ConfigError } from '../config/environment.js';
import { ConcurrencyLimit } from '../operations/concurrency-limit.js';
import { CostCheck } from '../operations/cost/operation-cost.js';
import { DocumentLimits } from '../operations/document-limits.js';
import { errorFormatter } from '../operations/error-format.js';
import { CompiledQueries, type CompiledQueriesOptions } from '../operations/execution/compiled-queries.js';
import { OperationPipeline, type PipelineOptions } from '../operations/pipeline.js';
import { PreparedDocuments } from '../operations/prepared-document.js';
import { TrustedDocuments } from '../operations/trusted-documents.js';
import { validationSettings } from '../operations/validation.js';
import { type MemoryBudget } from './memory-budget.js';

/** Collaborators of the pipeline. */
interface Collaborators extends Pick<
  PipelineOptions,
  'schema' | 'createContext' | 'observer' | 'isPrivate' | 'budget'
> {
  readonly windowRows: ConstructorParameters<typeof CostCheck>[0]['windowRows'];
  readonly compiling: Omit<CompiledQueriesOptions, 'maximumBytes'>;
  readonly memory: Pick<MemoryBudget, 'documents' | 'compiledQueries'>;
}

/** Creates the pipeline. @throws ConfigError for a `TRUSTED_DOCUMENTS` manifest that can't be read. */
export function openPipeline(
  { access, limits, maximumUpstreamCalls }: Config,
  { windowRows, compiling, memory, ...rest }: Collaborators,
): OperationPipeline {
  const { schema, observer } = rest;
  const documents = new DocumentLimits(schema, limits);
  return new OperationPipeline({
    ...rest,
    documents: new PreparedDocuments(
      schema,
      documents,
      validationSettings(access.isIntrospectionOn),
      memory.documents,
    ),
    trusted: access.trustedDocuments && readManifest(access.trustedDocuments),
    cost: new CostCheck({
      limit: maximumUpstreamCalls,
      windowRows,
      maximumValues: limits.answerValues,
      maximumBytes: limits.answerBytes,
    }),
    concurrency: new ConcurrencyLimit(limits),
    queries: new CompiledQueries(schema, { ...compiling, maximumBytes: memory.compiledQueries }),
    formatErrors: errorFormatter(observer, !access.isIntrospectionOn),
  });
}

/** Manifest of trusted documents, as `@graphql-codegen/client-preset` or Apollo's tools write it. */
const manifest = z.union([
  z
    .object({
      format: z.literal('apollo-persisted-query-manifest'),
      operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
    })
    .transform(({ operations }) => new Map(operations.map(({ id, body }) => [id, body]))),
  z.record(z.string(), z.string().min(1)).transform((documents) => new Map(Object.entries(documents))),
]);

function readManifest({ file, mode }: NonNullable<Config['access']['trustedDocuments']>): TrustedDocuments {
  const takes = 'takes the path of a JSON object of document texts by their SHA-256, or an Apollo manifest';
  const refuse = (why: string): ConfigError =>
    new ConfigError([`TRUSTED_DOCUMENTS: got ${JSON.stringify(file)}, ${takes}; ${why}.`]);
  const documents = manifest.safeParse(fromJson(file, refuse));
  if (!documents.success) throw refuse('it is neither');
  if (documents.data.size === 0) throw refuse('it has no documents');
  try {
    return new TrustedDocuments(documents.data, mode);
  } catch {
    throw refuse('a document in it is not GraphQL');
  }
}

function fromJson(file: string, refuse: (why: string) => ConfigError): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw refuse(error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read');
  }
}
