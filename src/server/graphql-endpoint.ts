import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { type FastifyInstance } from 'fastify';
import { type GraphQLSchema } from 'graphql';
import { type RequestContext } from '../resolvers/context.js';
import { errorFormatter } from './error-format.js';
import { type Logger } from './logger.js';

/** What the endpoint needs. */
export interface GraphqlEndpointOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: () => RequestContext;
  readonly logger: Logger;
}

/** Serves GraphQL over HTTP at `/graphql`; ends with the HTTP server. */
export async function serveGraphql(app: FastifyInstance, options: GraphqlEndpointOptions): Promise<void> {
  const apollo = new ApolloServer<RequestContext>({
    schema: options.schema,
    introspection: true, // GraphiQL and codegen live on it
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(options.logger),
    logger: options.logger,
    stopOnTerminationSignals: false, // the process's own business
    plugins: [
      ApolloServerPluginLandingPageDisabled(), // GraphiQL is at /
      ApolloServerPluginCacheControlDisabled(), // it wraps every field's resolver
      ApolloServerPluginUsageReportingDisabled(), // nothing is sent to anybody but the upstream
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  const handler = fastifyApolloHandler(apollo, { context: () => Promise.resolve(options.createContext()) });
  app.route({ url: '/graphql', method: ['GET', 'POST', 'OPTIONS'], handler });
}
