import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type BaseContext,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type FastifyRequest } from 'fastify';
import { type GraphQLSchema, parse } from 'graphql';
import { type Logger } from 'pino';

type ApolloLogger = NonNullable<ApolloServerOptions<BaseContext>['logger']>;

const maximumTextLength = 120;

/**
 * Apollo Server's logger. Logs the beginning of a message only: what follows the first colon may be an error text of a
 * third party or an address.
 */
export function apolloLogger(logger: Logger): ApolloLogger {
  const log = (level: keyof ApolloLogger) => (message?: unknown) => {
    const details = message instanceof Error ? { err: message } : { message: beginningOf(String(message)) };
    logger[level]({ library: 'apollo', ...details }, 'log message of a library');
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function beginningOf(text: string): string {
  const plain = text.replace(/^\w+(\[[^\]]*\])?: /, ''); // a prefix with the id of a subscription
  return (plain.split(/: |https?:|\[|\n/)[0] ?? '').slice(0, maximumTextLength);
}

/** The media type of the response, or the refusal of the request. */
export type Negotiated = { readonly contentType: string } | { readonly refusal: HttpRefusal };

/** A refusal by Apollo Server. */
export interface HttpRefusal {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string;
}

/**
 * Apollo Server as the HTTP front: it negotiates the media type before the operation runs, and prevents CSRF by POST (GET:
 * `forged-get.ts`). It gets a placeholder, which executes nothing, instead of the client's document.
 */
export class ApolloFront {
  readonly #apollo: ApolloServer;

  private constructor(apollo: ApolloServer) {
    this.#apollo = apollo;
  }

  /** Starts Apollo Server. */
  static async start(schema: GraphQLSchema, logger: Logger): Promise<ApolloFront> {
    const apollo = new ApolloServer({
      schema,
      introspection: true, // a validation rule of the pipeline decides
      documentStore, // nothing is left to parse or to validate
      persistedQueries: false,
      allowBatchedHttpRequests: false,
      csrfPrevention: true,
      includeStacktraceInErrorResponses: false,
      formatError: ({ message }) => ({ message, extensions: { code: 'BAD_REQUEST' } }), // its own refusals
      stringifyResult: JSON.stringify, // Apollo Server's own function appends a line break
      logger: apolloLogger(logger),
      stopOnTerminationSignals: false, // the composition root's decision
      plugins: [
        runsNothing,
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

  /** Has Apollo Server check a request, and choose the media type of the response. */
  async negotiate({ method, headers }: FastifyRequest): Promise<Negotiated> {
    const isGet = method === 'GET';
    const response = await this.#apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method,
        headers: headerMap(isGet ? { ...headers, ...checkedGet } : headers),
        search: isGet ? `?query=${encodeURIComponent(placeholder)}` : '',
        body: isGet ? undefined : { query: placeholder },
      },
      context: () => Promise.resolve({}),
    });
    const { status = 200, headers: answered, body } = response;
    const contentType = answered.get('content-type');
    if (status === 200 && contentType !== undefined) return { contentType };
    return { refusal: { status, headers: answered, body: body.kind === 'complete' ? body.string : '' } };
  }

  /** Stops Apollo Server. */
  stop(): Promise<void> {
    return this.#apollo.stop();
  }
}

/** The GET was checked already, by a rule that knows the allowed origins. */
const checkedGet = { 'apollo-require-preflight': '1' };

const placeholder = '{ __typename }';
const document = parse(placeholder);
const documentStore = {
  get: () => Promise.resolve(document),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(false),
};

/** The unused response to the placeholder. */
const runsNothing: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      responseForOperation: () =>
        Promise.resolve({
          http: { status: 200, headers: new HeaderMap() },
          body: { kind: 'single', singleResult: { data: null } },
        }),
    }),
};

function headerMap(headers: FastifyRequest['headers']): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
}
