import { type TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { request } from 'undici';
import { readConfig } from '../../../src/config/config.js';
import { type GatewayOverrides } from '../../../src/app/runtime.js';
import { type Gateway, startGateway } from '../../../src/app/gateway.js';
import { compareResults } from './both-ways.js';
import { createLogger } from '../../../src/telemetry/logger.js';

/** An error in a response. */
export interface ClientError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string } & Readonly<Record<string, unknown>>;
}

/** A response to a client. */
export interface ClientAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly ClientError[];
}

/** A gateway over real HTTP, in front of the upstream of the test. */
export interface GatewayUnderTest {
  readonly url: string;
  readonly gateway: Gateway;
  /** Every log line so far. */
  readonly logs: readonly string[];
  execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables?: Variables,
  ): Promise<ClientAnswer<Data>>;
  /** Returns the data; fails the test with any error. */
  data<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables?: Variables): Promise<Data>;
  /** Sends a document as text, if it has no type or is invalid. */
  send(body: Readonly<Record<string, unknown>>): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

/** The credentials of the test's upstream. */
export const credentials = { accountSid: 'acme', apiKey: 'key-of-acme', apiToken: 'token-of-acme' };

/** Parts of a gateway that a test may replace. */
export type GatewayParts = Pick<
  GatewayOverrides,
  | 'clientTimeouts'
  | 'random'
  | 'compare'
  | 'heapBytes'
  | 'usedMemory'
  | 'steadyNow'
  | 'credentialsPauseMs'
  | 'redisWaitMs'
>;

/** Wait for Redis: long enough for a machine that does much else, where the default would take Redis for slow. */
const redisWaitMs = 1500;

/**
 * Starts a gateway on a free port, in front of the upstream at `baseUrl`. Every query runs compiled and
 * with graphql-js, and both results must be the same.
 * @param sleep waits between two look-ups of a lost create; by default not at all.
 * @param parts timeouts of clients, and random numbers: 0 retries at once.
 */
export async function startGatewayOn(
  baseUrl: string,
  environment: Readonly<Record<string, string>> = {},
  now: () => number = Date.now,
  sleep: (ms: number) => Promise<unknown> = () => Promise.resolve(),
  parts: GatewayParts = {},
): Promise<GatewayUnderTest> {
  const config = readConfig({
    PORT: '0',
    LOG_LEVEL: 'debug',
    EXOTEL_RATE_LIMIT: '0', // tests of the rate limit set their own
    EXOTEL_BASE_URL: baseUrl,
    EXOTEL_ACCOUNT_SID: credentials.accountSid,
    EXOTEL_API_KEY: credentials.apiKey,
    EXOTEL_API_TOKEN: credentials.apiToken,
    EXOTEL_CHECK: 'off', // its call would be counted
    ...environment,
  });
  const logs: string[] = [];
  const logger = createLogger(config.logLevel, { write: (line) => void logs.push(line) });
  const gateway = await startGateway(config, {
    logger,
    now,
    sleep,
    compare: compareResults,
    redisWaitMs,
    ...parts,
  });
  return { url: gateway.url, gateway, logs, close: () => gateway.close(), ...clientOf(gateway.url) };
}

function clientOf(url: string): Pick<GatewayUnderTest, 'execute' | 'data' | 'send'> {
  const send: GatewayUnderTest['send'] = async (body) => {
    const answer = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const execute = async <Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables?: Variables,
  ): Promise<ClientAnswer<Data>> => {
    const { text } = await send({ query: print(document), variables });
    return JSON.parse(text) as ClientAnswer<Data>;
  };
  return {
    send,
    execute,
    data: async (document, variables) => {
      const { data, errors } = await execute(document, variables);
      if (errors || !data) throw new Error(`expected data, got ${JSON.stringify(errors)}`);
      return data;
    },
  };
}
