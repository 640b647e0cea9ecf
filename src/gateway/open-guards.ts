import { readFileSync } from 'node:fs';
import { type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { type Config } from '../config.js';
import { ConfigError } from '../config/environment.js';
import { DocumentLimits } from '../server/limits/document-limits.js';
import { type Guards } from '../server/limits/guards.js';
import { RequestRate } from '../server/limits/request-rate.js';
import { RunningOperations } from '../server/limits/running-operations.js';
import { validationSettings } from '../server/limits/schema-secrecy.js';
import { TrustedDocuments } from '../server/limits/trusted-documents.js';
import { ValidDocuments } from '../server/limits/valid-documents.js';
import { type OpenState } from './open-state.js';

/** What guards the operations, as it is configured. @throws ConfigError for a manifest that can't be read. */
export function openGuards(
  { access, limits }: Config,
  schema: GraphQLSchema,
  { redis, prefix, counts }: Pick<OpenState, 'redis' | 'prefix' | 'counts'>,
): Guards {
  return {
    documents: new DocumentLimits(schema, limits),
    valid: new ValidDocuments(schema, validationSettings(access.isIntrospectionOn)),
    trusted: access.trustedDocuments && readManifest(access.trustedDocuments),
    running: new RunningOperations(limits),
    rate: new RequestRate({ requestsPerMinute: limits.requestsPerMinute, redis, prefix, counts }),
  };
}

/** As `@graphql-codegen/client-preset` writes it, or as Apollo's tools do. */
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
    throw refuse(error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be read');
  }
}
