import { fastifyApolloHandler } from '@as-integrations/fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller } from '../domain/caller.js';
import { type Trail } from '../domain/trail.js';
import { type RequestContext } from '../resolvers/context.js';
import { AnswerKeeping } from './answers/answer-keeping.js';
import { type KeptAnswers } from './answers/kept-answers.js';
import { type ApolloOptions, startApollo } from './apollo.js';
import { type Authenticator, openToAll } from './auth/authenticator.js';
import { authenticated } from './auth/http-authentication.js';
import { within } from './closing.js';
import { errorFormatter } from './error-format.js';
import { CompiledQueries, type CompiledQueriesOptions } from './execution/compiled-queries.js';
import { PlainQueries } from './execution/plain-queries.js';
import { guardedApollo } from './limits/guarded-apollo.js';
import { type Guards } from './limits/guards.js';
import { sendRefusal } from './limits/http-refusal.js';
import { rateHooks } from './limits/rate-hook.js';
import { type RequestWishes, requestWishes } from './request-wishes.js';

/** What the endpoint needs. */
export interface GraphqlEndpointOptions extends Omit<
  ApolloOptions,
  'queries' | 'valid' | 'formatError' | 'isPrivate' | 'onAnswered'
> {
  readonly createContext: (wishes: RequestWishes, caller: Caller, trail: Trail) => RequestContext;
  readonly authenticate: Authenticator;
  readonly guards: Guards;
  /** Undefined: every answer is made anew. */
  readonly answers: KeptAnswers | undefined;
  /** When queries are compiled. */
  readonly compiling: CompiledQueriesOptions;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What resolvers are given; undefined until an operation is to be run. */
    context: RequestContext | undefined;
  }
}

/** How long routers may take to hear that their subscriptions end. */
const farewellMs = 1000;

/** Serves GraphQL over HTTP at `/graphql`; ends with the HTTP server. */
export async function serveGraphql(app: FastifyInstance, options: GraphqlEndpointOptions): Promise<void> {
  const { schema, guards, cost, operations, answers } = options;
  const formatError = errorFormatter(options.logger, !options.isIntrospectionOn);
  const isPrivate = options.authenticate !== openToAll; // what is answered depends on scopes
  const queries = new CompiledQueries(schema, options.compiling);
  const keeping = new AnswerKeeping({ answers, operations, isPrivate });
  const apollo = await startApollo({
    ...options,
    queries,
    valid: guards.valid,
    formatError,
    isPrivate,
    onAnswered: keeping.made,
  });
  app.addHook('onClose', () => within(farewellMs, apollo.stop()));

  app.decorateRequest('context');
  const contextOf = (request: FastifyRequest): RequestContext => {
    if (request.context) return request.context;
    const context = options.createContext(requestWishes(request.headers), request.caller, request.trail);
    keeping.follow(request, context.report);
    request.context = context;
    return context;
  };
  const plain = new PlainQueries({
    schema,
    queries,
    cost,
    guards,
    operations,
    isPrivate,
    onAnswered: keeping.made,
  });
  const byApollo = fastifyApolloHandler(
    guardedApollo(apollo, guards, operations, formatError) as typeof apollo,
    {
      context: (request) => Promise.resolve(contextOf(request)),
    },
  );
  await keeping.serve(app, {
    url: '/graphql',
    method: ['GET', 'POST'],
    onRequest: [authenticated(options.authenticate), ...rateHooks(guards.rate, formatError)],
    async handler(request: FastifyRequest, reply: FastifyReply) {
      try {
        const answering = plain.answer(request, reply, contextOf(request));
        const answer = answering && (await answering);
        if (answer !== undefined) return answer;
      } catch (error) {
        return sendRefusal(reply, request.headers.accept, error, formatError);
      }
      const answer: unknown = await byApollo.call(this, request, reply);
      plain.learn(request, reply);
      return answer;
    },
  });
}
