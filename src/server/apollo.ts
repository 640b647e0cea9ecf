import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type FastifyRequest } from 'fastify';
import { type GraphQLSchema, parse } from 'graphql';
import { type OperationResult } from '../operations/operation-result.js';
import { answerText } from './answer-text.js';
import { libraryLogger } from './library-log.js';
import { type Logger } from './logger.js';

/** What Apollo Server's plugins are handed: the operation that the pipeline has admitted. */
interface HandedOver {
  readonly run: () => Promise<OperationResult>;
}

/** An HTTP answer, ready to be written. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string;
  /** False where Apollo Server refused the request, and the operation did not run. */
  readonly hasRun: boolean;
}

/**
 * Apollo Server as the HTTP front: it guards against forged requests (CSRF) and negotiates the media type. It never sees
 * what a client wrote: it is given a placeholder document, and the admitted operation runs in place of it.
 */
export class ApolloFront {
  readonly #apollo: ApolloServer<HandedOver>;

  private constructor(apollo: ApolloServer<HandedOver>) {
    this.#apollo = apollo;
  }

  /** Starts Apollo Server. */
  static async start(schema: GraphQLSchema, logger: Logger): Promise<ApolloFront> {
    const apollo = new ApolloServer<HandedOver>({
      schema,
      introspection: true, // a validation rule of the pipeline decides
      documentStore, // nothing is left to parse or to validate
      persistedQueries: false,
      allowBatchedHttpRequests: false,
      csrfPrevention: true,
      includeStacktraceInErrorResponses: false,
      formatError: ({ message }) => ({ message, extensions: { code: 'BAD_REQUEST' } }), // its own refusals
      stringifyResult: answerText,
      logger: libraryLogger(logger, 'apollo'),
      stopOnTerminationSignals: false, // the composition root's decision
      plugins: [
        runsThePipeline,
        ApolloServerPluginLandingPageDisabled(), // GraphiQL is at /
        ApolloServerPluginCacheControlDisabled(), // it wraps every field's resolver
        ApolloServerPluginInlineTraceDisabled(), // on by default in a subgraph
        ApolloServerPluginUsageReportingDisabled(), // nothing is sent to third parties
        ApolloServerPluginSchemaReportingDisabled(),
      ],
    });
    await apollo.start();
    return new ApolloFront(apollo);
  }

  /**
   * Answers a request, by `run` unless Apollo Server refuses it first.
   * @param run the admitted operation.
   */
  async answer({ method, headers }: FastifyRequest, run: HandedOver['run']): Promise<HttpAnswer> {
    const isGet = method === 'GET';
    const outcome = { hasRun: false };
    const {
      status,
      headers: answered,
      body,
    } = await this.#apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method,
        headers: headerMap(headers),
        search: isGet ? `?query=${encodeURIComponent(placeholder)}` : '',
        body: isGet ? undefined : { query: placeholder },
      },
      context: () =>
        Promise.resolve({
          run: () => {
            outcome.hasRun = true;
            return run();
          },
        }),
    });
    if (body.kind !== 'complete') throw new Error('Nothing here is delivered in parts.');
    return { status: status ?? 200, headers: answered, body: body.string, ...outcome };
  }

  /** Stops Apollo Server. */
  stop(): Promise<void> {
    return this.#apollo.stop();
  }
}

const placeholder = '{ __typename }';
const document = parse(placeholder);
const documentStore = {
  get: () => Promise.resolve(document),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(false),
};

const runsThePipeline: ApolloServerPlugin<HandedOver> = {
  requestDidStart: () =>
    Promise.resolve({
      responseForOperation: async ({ contextValue }) => {
        const { body, status, headers } = await contextValue.run();
        return {
          http: { status, headers: new HeaderMap(Object.entries(headers)) },
          body: { kind: 'single', singleResult: body },
        };
      },
    }),
};

function headerMap(headers: FastifyRequest['headers']): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
}
