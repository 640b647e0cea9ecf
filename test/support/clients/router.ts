import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type ClientError } from '../gateway/gateway-under-test.js';

/** A message of the gateway to a router: Apollo's HTTP callback protocol. */
export interface RouterMessage {
  readonly kind: string;
  readonly action: 'check' | 'next' | 'complete';
  readonly id: string;
  readonly verifier: string;
  readonly payload?: { readonly data?: unknown; readonly errors?: readonly ClientError[] };
  readonly errors?: readonly ClientError[];
}

/** A router under test. */
export interface RouterUnderTest {
  readonly origin: string;
  readonly received: readonly RouterMessage[];
  /** The protocol that each `check` names in its headers. */
  readonly protocols: readonly unknown[];
  /** Status of its responses. */
  status: number;
  /** Does not respond to messages with these actions from now on. */
  ignore(actions: readonly RouterMessage['action'][]): void;
  /** Responds to the messages that were ignored so far. */
  answerAll(): void;
  /** Messages without a response whose connection is open. */
  readonly waiting: () => number;
  /** The request extension that asks for events at this address. */
  readonly extensions: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Starts a router that accepts everything. */
export async function startRouter(heartbeatIntervalMs = 0): Promise<RouterUnderTest> {
  const received: RouterMessage[] = [];
  const protocols: unknown[] = [];
  let ignored: readonly RouterMessage['action'][] = [];
  let waiting = 0;
  const unanswered: ServerResponse[] = [];
  const respond = (response: ServerResponse): void => {
    response.writeHead(router.status, { 'subscription-protocol': 'callback/1.0' }).end();
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const message = JSON.parse(text) as RouterMessage;
      received.push(message);
      if (message.action === 'check') protocols.push(request.headers['subscription-protocol']);
      waiting += 1;
      response.once('close', () => (waiting -= 1));
      if (ignored.includes(message.action)) unanswered.push(response);
      else respond(response);
    });
  });
  server.keepAliveTimeout = 60_000; // longer than the idle timeout of any client
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const subscription = {
    callbackUrl: `${origin}/c`,
    subscriptionId: 'a',
    verifier: 'v',
    heartbeatIntervalMs,
  };
  const router: RouterUnderTest = {
    origin,
    received,
    protocols,
    status: 204,
    waiting: () => waiting,
    extensions: { subscription },
    ignore: (actions) => (ignored = actions),
    answerAll: () => {
      unanswered.splice(0).forEach(respond);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return router;
}
