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
import { type Logger } from 'pino';

/** An answer as it is sent: without a line's end, for which all of it would be copied once more. */
export function answerText(answer: object): string {
  return JSON.stringify(answer);
}

type LogMethod = (said?: unknown, ...more: unknown[]) => void;

/** What a library logs with. */
export interface LibraryLogger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}

const longest = 120;

/**
 * A logger for a library, which writes texts of its own: what comes after the first colon is what went wrong, in
 * somebody else's words, or an address. Neither is told.
 */
export function libraryLogger(logger: Logger, library: string): LibraryLogger {
  const say =
    (level: keyof LibraryLogger): LogMethod =>
    (said) => {
      const what = said instanceof Error ? { err: said } : { said: beginningOf(String(said)) };
      logger[level]({ library, ...what }, 'a library says');
    };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}

function beginningOf(text: string): string {
  const plain = text.replace(/^\w+(\[[^\]]*\])?: /, ''); // a prefix with the id of a subscription
  return (plain.split(/: |https?:|\[|\n/)[0] ?? '').slice(0, longest);
}

/** The media type of a request's answer, or the answer that refuses the request. */
export type Negotiated = { readonly contentType: string } | { readonly refusal: HttpRefusal };

/** An HTTP answer of Apollo Server's own. */
export interface HttpRefusal {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string;
}

/**
 * Apollo Server as the HTTP front: it guards against forged requests (CSRF) and negotiates the media type, before anything
 * runs. It never sees what a client wrote: it is given a placeholder document, which runs nothing.
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
      stringifyResult: answerText,
      logger: libraryLogger(logger, 'apollo'),
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

  /** Asks Apollo Server whether a request may be answered, and as what. */
  async negotiate({ method, headers }: FastifyRequest): Promise<Negotiated> {
    const isGet = method === 'GET';
    const response = await this.#apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method,
        headers: headerMap(headers),
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

const placeholder = '{ __typename }';
const document = parse(placeholder);
const documentStore = {
  get: () => Promise.resolve(document),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(false),
};

/** The placeholder's answer; nobody reads it. */
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
