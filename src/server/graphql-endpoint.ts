import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { type FastifyInstance } from 'fastify';
import { type GraphQLSchema } from 'graphql';
import { type Caller } from '../domain/caller.js';
import { type RequestContext } from '../resolvers/context.js';
import { type Authenticator, openToAll } from './auth/authenticator.js';
import { authenticated } from './auth/http-authentication.js';
import { cacheHeader } from './cache-header.js';
import { within } from './closing.js';
import { errorFormatter } from './error-format.js';
import { CompiledQueries, type CompiledQueriesOptions } from './execution/compiled-queries.js';
import { executing } from './execution/executor.js';
import { PlainQueries } from './execution/plain-queries.js';
import { libraryLogger } from './library-log.js';
import { guardedApollo } from './limits/guarded-apollo.js';
import { type Guards } from './limits/guards.js';
import { rateHooks } from './limits/rate-hook.js';
import { validationSettings } from './limits/schema-secrecy.js';
import { type Logger } from './logger.js';
import { type CostCheck } from '../resolvers/cost/checked-cost.js';
import { costLimit } from './cost-limit.js';
import { routerCallbacks } from './live/router-callbacks.js';
import { observeOperations } from './observe/operation-plugin.js';
import { type Operations } from './observe/operations.js';
import { type RequestWishes, requestWishes } from './request-wishes.js';
import { type BudgetLeft, upstreamReport } from './upstream-report.js';

/** What the endpoint needs. */
export interface GraphqlEndpointOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: (wishes: RequestWishes, caller: Caller) => RequestContext;
  readonly authenticate: Authenticator;
  readonly budget: BudgetLeft;
  readonly cost: CostCheck;
  readonly logger: Logger;
  readonly operations: Operations;
  /** Whether a router may have its events sent to an address. */
  readonly mayCallBack: (url: string) => boolean;
  readonly guards: Guards;
  /** When queries are compiled. */
  readonly compiling: CompiledQueriesOptions;
  /** Whether the schema is told to who asks for it. */
  readonly isIntrospectionOn: boolean;
}

/** How long routers may take to hear that their subscriptions end. */
const farewellMs = 1000;

/** Serves GraphQL over HTTP at `/graphql`; ends with the HTTP server. */
export async function serveGraphql(app: FastifyInstance, options: GraphqlEndpointOptions): Promise<void> {
  const apolloLogger = libraryLogger(options.logger, 'apollo');
  const { schema, guards, isIntrospectionOn } = options;
  const validation = validationSettings(isIntrospectionOn);
  const formatError = errorFormatter(options.logger, !isIntrospectionOn);
  const isPrivate = options.authenticate !== openToAll; // what is answered depends on scopes
  const queries = new CompiledQueries(schema, options.compiling);
  const apollo = new ApolloServer<RequestContext>({
    gateway: executing(schema, queries),
    introspection: true, // where it is off, a rule of our own refuses it, on every transport alike
    validationRules: [...validation.rules],
    validationOptions: validation.options,
    persistedQueries: false, // anybody could fill its store; TRUSTED_DOCUMENTS has the operator's own
    allowBatchedHttpRequests: false, // one request is one operation: limits count it so
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    formatError,
    logger: apolloLogger,
    stopOnTerminationSignals: false, // the process's own business
    plugins: [
      observeOperations(options.operations),
      costLimit(options.cost),
      routerCallbacks(options.mayCallBack, apolloLogger),
      upstreamReport(options.budget),
      cacheHeader(isPrivate),
      ApolloServerPluginLandingPageDisabled(), // GraphiQL is at /
      ApolloServerPluginCacheControlDisabled(), // it wraps every field's resolver
      ApolloServerPluginInlineTraceDisabled(), // a subgraph gets it unasked
      ApolloServerPluginUsageReportingDisabled(), // nothing is sent to anybody but the upstream
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
  await apollo.start();
  app.addHook('onClose', () => within(farewellMs, apollo.stop()));
  const { cost, operations } = options;
  const plain = new PlainQueries({ schema, queries, cost, operations, isPrivate });
  const handler = fastifyApolloHandler(guardedApollo(apollo, plain, guards, formatError) as typeof apollo, {
    context: (request) =>
      Promise.resolve(options.createContext(requestWishes(request.headers), request.caller)),
  });
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    onRequest: [authenticated(options.authenticate), ...rateHooks(guards.rate, formatError)],
    handler,
  });
}
