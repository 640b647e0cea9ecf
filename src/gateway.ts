import { randomBytes } from 'node:crypto';
import { type Config, type UpstreamConfig } from './config.js';
import { ExotelClient } from './datasources/exotel/client.js';
import { Transport } from './datasources/exotel/transport.js';
import { PageMaximum } from './datasources/reading/page-maximum.js';
import { RequestReader } from './datasources/reading/request-reader.js';
import { CampaignWriter } from './datasources/writing/campaign-writer.js';
import { IdempotencyKeys } from './datasources/writing/idempotency.js';
import { createSchema } from './resolvers/schema.js';
import { type Sandbox, startSandbox } from './sandbox/sandbox.js';
import { createHttpServer } from './server/http-server.js';
import { createLogger, type Logger } from './server/logger.js';

/** What a test may put in place of the machine's own. */
export interface GatewayParts {
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly logger?: Logger;
}

/** A running gateway. */
export interface Gateway {
  /** Scheme, host and port. */
  readonly url: string;
  /** The embedded sandbox, where there is one. */
  readonly sandbox: Sandbox | undefined;
  close(): Promise<void>;
}

/** Builds every room of the house and opens the door: the only place that knows them all. */
export async function startGateway(config: Config, parts: GatewayParts = {}): Promise<Gateway> {
  const now = parts.now ?? Date.now;
  const logger = parts.logger ?? createLogger(config.logLevel);
  const { sandbox, ...upstream } = await connect(config.upstream);
  const transport = new Transport({ ...upstream, timeoutMs: config.timeoutMs });
  const client = new ExotelClient({ transport, accountSid: upstream.accountSid, now });
  const reading = { client, maximum: { campaigns: new PageMaximum(), messages: new PageMaximum() } };
  const writing = { client, keys: new IdempotencyKeys(), now };
  const createContext = () => {
    const reader = new RequestReader(reading);
    return { reader, writer: new CampaignWriter(writing, reader) };
  };
  const server = await createHttpServer({ schema: await createSchema(), createContext, logger });
  const url = await server.listen({ host: config.host, port: config.port });
  return {
    url,
    sandbox,
    close: async () => {
      await server.close();
      await transport.close();
      await sandbox?.close();
    },
  };
}

/** The upstream's address and credentials; a sandbox of our own is started with new ones each time. */
async function connect(upstream: UpstreamConfig) {
  if (upstream.kind === 'live') return { ...upstream, sandbox: undefined };
  const credentials = {
    accountSid: 'sandbox',
    apiKey: randomBytes(16).toString('hex'),
    apiToken: randomBytes(16).toString('hex'),
  };
  const sandbox = await startSandbox({ ...credentials, speed: upstream.speed });
  return { ...credentials, baseUrl: sandbox.baseUrl, sandbox };
}
