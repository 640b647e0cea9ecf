import { type GraphQLSchema } from 'graphql';
import { DocumentLimits } from '../../../src/operations/documents/document-limits.js';
import { QueryCompiler } from '../../../src/operations/execution/query-compiler.js';
import { PreparedDocuments } from '../../../src/operations/documents/prepared-document.js';

/** Prepared documents without limits on a document. */
export function preparedDocuments(
  schema: GraphQLSchema,
  { maximumBytes = Infinity, afterUses = 0 } = {},
): PreparedDocuments {
  return new PreparedDocuments({
    schema,
    limits: new DocumentLimits(schema, { tokens: 0, depth: 0, aliases: 0, directives: 0 }),
    isIntrospectionOn: true,
    compiler: new QueryCompiler(schema, { afterUses }),
    maximumBytes: Math.min(maximumBytes, 2 ** 40),
  });
}
