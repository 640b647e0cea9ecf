import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** Where Node keeps a connection's parser; Node 20 has no other place to decide about one request. */
interface ParsedSocket extends Socket {
  readonly parser?: {
    onIncoming?: ((request: UpgradeRequest, keepAlive: boolean) => unknown) | null;
  } | null;
}

interface UpgradeRequest extends IncomingMessage {
  upgrade?: boolean | null;
}

/** Node 24.9 and 22.21 ask before they take a request off HTTP. */
interface AskingServer extends Server {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/**
 * Whether a request asks for a WebSocket. Anything else in `Upgrade` is an offer that a server may ignore (RFC 9110,
 * 7.8), and must ignore from a client of HTTP/1.0.
 */
function asksForWebSocket({ method, headers, httpVersion }: IncomingMessage): boolean {
  if (method !== 'GET' || httpVersion === '1.0') return false;
  return headers.upgrade?.split(',').some((name) => name.trim().toLowerCase() === 'websocket') === true;
}

/**
 * Leaves requests that offer another protocol, such as `h2c`, to the routes. Once anybody listens for upgrades, Node would
 * take all of them off HTTP, and their bodies with them.
 */
export function ignoreOtherUpgrades(server: Server): void {
  server.prependListener('request', endConnection);
  const asking: AskingServer = server;
  if ('shouldUpgradeCallback' in asking) {
    asking.shouldUpgradeCallback = asksForWebSocket;
    return;
  }
  server.on('connection', ({ parser }: ParsedSocket) => {
    const onIncoming = parser?.onIncoming;
    if (!parser || !onIncoming) return;
    parser.onIncoming = (request, keepAlive) => {
      const isOffer = request.upgrade === true && request.method !== 'CONNECT';
      if (isOffer && !asksForWebSocket(request)) request.upgrade = false;
      return onIncoming(request, keepAlive);
    };
  });
}

/**
 * Ends the connection after the answer: Node's parser stops behind a request that made an offer, and drops bytes that were
 * read together with it. A client that sent its next request that early sees the end, and sends it again.
 */
function endConnection({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.upgrade !== undefined) response.shouldKeepAlive = false;
}
