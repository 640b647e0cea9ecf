import { type ApolloServerPlugin, type GraphQLRequestListener } from '@apollo/server';
import { ApolloServerPluginSubscriptionCallback } from '@apollo/server/plugin/subscriptionCallback';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { type RequestContext } from '../../resolvers/context.js';
import { type LibraryLogger } from '../library-log.js';

/** How long a router may take to answer. */
const timeoutMs = 10_000;

/**
 * Subscriptions for a router, by Apollo's HTTP callback protocol: events are POSTed to an address that the request
 * names. So that nobody makes the gateway knock on others' doors, the address must be one that was allowed.
 */
export function routerCallbacks(
  mayCallBack: (url: string) => boolean,
  logger: LibraryLogger,
): ApolloServerPlugin<RequestContext> {
  const plugin = ApolloServerPluginSubscriptionCallback({ logger, fetcher: sendToRouter });
  return {
    serverWillStart: (service) => plugin.serverWillStart?.(service) ?? Promise.resolve(),
    requestDidStart: async (request) => {
      const asked: unknown = request.request.extensions?.['subscription'];
      if (asked === undefined || asked === null) return { didResolveOperation: refuseSubscription };
      if (!mayCallBack(addressIn(asked))) return { didResolveOperation: refuseAddress };
      if (!isBearable(heartbeatIn(asked))) return { didResolveOperation: refuseHeartbeat };
      const listener = await plugin.requestDidStart?.(request);
      return listener ? onceAccepted(listener) : undefined;
    },
  };
}

type Listener = GraphQLRequestListener<RequestContext>;

/** The plugin would subscribe even to what was refused, and answer nothing to what is no subscription. */
function onceAccepted(listener: Listener): Listener {
  let isAccepted = false;
  return {
    responseForOperation: async (context) => {
      isAccepted = context.operation.operation === OperationTypeNode.SUBSCRIPTION;
      return isAccepted ? ((await listener.responseForOperation?.(context)) ?? null) : null;
    },
    willSendResponse: async (context) => {
      if (isAccepted) await listener.willSendResponse?.(context);
    },
  };
}

/** Without somewhere to send them, events can't be answered to a request. */
const refuseSubscription: NonNullable<Listener['didResolveOperation']> = ({ operation }) =>
  operation?.operation === OperationTypeNode.SUBSCRIPTION
    ? Promise.reject(
        badRequest(
          'BAD_REQUEST',
          'A subscription needs a WebSocket at /graphql or an event stream at /graphql/stream.',
        ),
      )
    : Promise.resolve();

const refuseAddress = (): Promise<void> =>
  Promise.reject(badRequest('BAD_USER_INPUT', 'Subscription events may not be sent to this callback URL.'));

/** A shorter one would make a flood of one request, and Node takes a longer one for the shortest there is. */
const shortestHeartbeatMs = 50;
const longestHeartbeatMs = 2 ** 31 - 1;

function isBearable(heartbeatMs: unknown): boolean {
  if (heartbeatMs === undefined || heartbeatMs === null || heartbeatMs === 0) return true;
  const isWhole = typeof heartbeatMs === 'number' && Number.isInteger(heartbeatMs);
  return isWhole && heartbeatMs >= shortestHeartbeatMs && heartbeatMs <= longestHeartbeatMs;
}

const refuseHeartbeat = (): Promise<void> =>
  Promise.reject(badRequest('BAD_USER_INPUT', 'The heartbeat interval must be 0 or at least 50 ms.'));

function heartbeatIn(asked: unknown): unknown {
  const said = asked as { heartbeatIntervalMs?: unknown; heartbeat_interval_ms?: unknown };
  return said.heartbeatIntervalMs ?? said.heartbeat_interval_ms;
}

function badRequest(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

function addressIn(asked: unknown): string {
  const { callbackUrl, callback_url } = asked as { callbackUrl?: unknown; callback_url?: unknown };
  const address = callbackUrl ?? callback_url;
  return typeof address === 'string' ? address : '';
}

/** The plugin sends errors as they are: what was not written for clients is taken out here. */
const sendToRouter = (
  url: string,
  init?: { readonly method?: string; readonly headers?: HeadersInit; readonly body?: string | Buffer },
) =>
  fetch(url, {
    method: init?.method ?? 'POST',
    headers: init?.headers ?? {},
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    body: masked(String(init?.body ?? '{}')),
  });

interface SentErrors {
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

function masked(text: string): string {
  const body = JSON.parse(text) as SentErrors & { readonly payload?: SentErrors };
  return JSON.stringify({ ...mask(body), ...(body.payload && { payload: mask(body.payload) }) });
}

function mask(result: SentErrors): SentErrors {
  if (!result.errors) return result;
  const unknown = { message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  return {
    ...result,
    errors: result.errors.map((error) =>
      error.extensions?.code === undefined ? { ...error, ...unknown } : error,
    ),
  };
}
