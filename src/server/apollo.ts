import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type GraphQLSchema } from 'graphql';
import { type RequestContext } from '../resolvers/context.js';
import { type CostCheck } from '../resolvers/cost/checked-cost.js';
import { answerText } from './answer-text.js';
import { type OnAnswered, wholeAnswers } from './answers/whole-answers.js';
import { cacheHeader } from './cache-header.js';
import { costLimit } from './cost-limit.js';
import { type FormatError } from './error-format.js';
import { type CompiledQueries } from './execution/compiled-queries.js';
import { executing } from './execution/executor.js';
import { libraryLogger } from './library-log.js';
import { validationSettings } from './limits/schema-secrecy.js';
import { type ValidDocuments } from './limits/valid-documents.js';
import { routerCallbacks } from './live/router-callbacks.js';
import { type Logger } from './logger.js';
import { observeOperations } from './observe/operation-plugin.js';
import { type Operations } from './observe/operations.js';
import { type BudgetLeft, upstreamReport } from './upstream-report.js';

/** What Apollo Server needs. */
export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly queries: CompiledQueries;
  readonly valid: ValidDocuments;
  readonly budget: BudgetLeft;
  readonly cost: CostCheck;
  readonly logger: Logger;
  readonly operations: Operations;
  readonly formatError: FormatError;
  /** Whether answers depend on who asks. */
  readonly isPrivate: boolean;
  /** Told of every query that was answered whole. */
  readonly onAnswered: OnAnswered;
  /** Whether a router may have its events sent to an address. */
  readonly mayCallBack: (url: string) => boolean;
  /** Whether the schema is told to who asks for it. */
  readonly isIntrospectionOn: boolean;
}

/** Apollo Server as it is run here: it reads, validates and decides; nothing of it wraps a field. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<RequestContext>> {
  const apolloLogger = libraryLogger(options.logger, 'apollo');
  const validation = validationSettings(options.isIntrospectionOn);
  const apollo = new ApolloServer<RequestContext>({
    gateway: executing(options.schema, options.queries),
    introspection: true, // where it is off, a rule of our own refuses it, on every transport alike
    validationRules: [...validation.rules],
    validationOptions: validation.options,
    documentStore: options.valid.store,
    persistedQueries: false, // anybody could fill its store; TRUSTED_DOCUMENTS has the operator's own
    allowBatchedHttpRequests: false, // one request is one operation: limits count it so
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    formatError: options.formatError,
    stringifyResult: answerText,
    logger: apolloLogger,
    stopOnTerminationSignals: false, // the process's own business
    plugins: [
      observeOperations(options.operations),
      costLimit(options.cost),
      routerCallbacks(options.mayCallBack, apolloLogger),
      upstreamReport(options.budget),
      cacheHeader(options.isPrivate),
      wholeAnswers(options.onAnswered),
      ApolloServerPluginLandingPageDisabled(), // GraphiQL is at /
      ApolloServerPluginCacheControlDisabled(), // it wraps every field's resolver
      ApolloServerPluginInlineTraceDisabled(), // a subgraph gets it unasked
      ApolloServerPluginUsageReportingDisabled(), // nothing is sent to anybody but the upstream
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
  await apollo.start();
  return apollo;
}
