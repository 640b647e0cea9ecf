import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { shownKey } from '../datasources/exotel/drift/differences.js';
import { readCallbackBody } from '../datasources/exotel/wire/callback.js';
import { type WebhookKind, webhookKinds, webhookRoute } from '../domain/network/addresses.js';
import { type CallbackVerdict, type Telemetry } from '../domain/telemetry.js';
import { type CallbackReceiver } from '../live/callback-receiver.js';
import { encapsulated } from './encapsulated.js';

/** Callbacks are far shorter. */
const maximumBodyBytes = 16 * 1024;

const statusOf: Readonly<Record<Exclude<CallbackVerdict, 'refused'>, number>> = {
  accepted: 200,
  unknownAddress: 404,
  malformed: 400,
  tooEarly: 503, // the upstream sends it again
};

declare module 'fastify' {
  interface FastifyRequest {
    /** The content type of a callback, which is hidden from Fastify. */
    callbackType: string | undefined;
  }
}

/** Dependencies of the webhooks. */
interface WebhookOptions {
  readonly receiver: CallbackReceiver;
  readonly telemetry: Pick<Telemetry, 'callbackAnswered'>;
  readonly logger: Logger;
}

/** Serves `POST /webhooks/exotel/{campaign|message}/:token`. The body determines its own format. */
export async function serveWebhooks(app: FastifyInstance, options: WebhookOptions): Promise<void> {
  const logHeaders = callbackHeaderLog(options.logger);
  await encapsulated(app, 'webhooks', (webhooks) => {
    acceptAnyContentType(webhooks);
    webhooks.addHook('onResponse', (request, reply, done) => {
      const kind = webhookKinds.find((each) => request.routeOptions.url?.includes(`/${each}/`));
      if (kind) options.telemetry.callbackAnswered(kind, verdictOf(reply.statusCode));
      done();
    });
    for (const kind of webhookKinds)
      webhooks.post(`${webhookRoute}/${kind}/:token`, { bodyLimit: maximumBodyBytes }, (request, reply) => {
        const verdict = verdictOn(request, kind, options.receiver);
        if (verdict === 'accepted') logHeaders(Object.keys(request.headers));
        return reply.code(statusOf[verdict]).send({ verdict });
      });
  });
}

/** Hides the content type from Fastify, which would refuse an unknown or invalid one. */
function acceptAnyContentType(webhooks: FastifyInstance): void {
  webhooks.decorateRequest('callbackType');
  webhooks.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    request.callbackType = headers['content-type'];
    delete headers['content-type'];
    done();
  });
  webhooks.removeAllContentTypeParsers();
  webhooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
    parsed(null, body);
  });
}

/** The verdict of a response, also of one that the receiver did not make: a body that is too large. */
function verdictOf(statusCode: number): CallbackVerdict {
  const verdicts = Object.keys(statusOf) as (keyof typeof statusOf)[];
  return verdicts.find((verdict) => statusOf[verdict] === statusCode) ?? 'refused';
}

function verdictOn(
  { params, body, callbackType }: FastifyRequest,
  kind: WebhookKind,
  receiver: CallbackReceiver,
): keyof typeof statusOf {
  const { token } = params as { readonly token: string };
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  return receiver.receive(kind, token, readCallbackBody(bytes, callbackType));
}

/** Headers that HTTP clients, proxies and tracing send. */
const usual: ReadonlySet<string> = new Set(
  `accept accept-charset accept-encoding accept-language b3 baggage cache-control cdn-loop connection content-encoding
  content-length content-type date expect forwarded host keep-alive origin pragma priority referer te traceparent
  tracestate transfer-encoding true-client-ip upgrade-insecure-requests user-agent via x-amzn-trace-id
  x-cloud-trace-context x-correlation-id x-envoy-attempt-count x-envoy-external-address x-real-ip x-request-id
  x-requested-with x-request-start x-scheme x-trace-id`.split(/\s+/),
);
const usualFamilies = ['x-b3-', 'x-forwarded-', 'cf-', 'sec-', 'x-datadog-', 'x-original-'];

/** Bounds the log, since callers choose the names. */
const maximumNames = 50;

/**
 * Logs each unusual header of callbacks once, by name. Newer guide pages mention a signature but not its header
 * (docs/upstream.md, "Contradictions"); the log shows an operator which header it is.
 * @returns a function that takes the names of a callback's headers, in lower case.
 */
function callbackHeaderLog(logger: Logger): (names: readonly string[]) => void {
  const logged = new Set<string>();
  return (names) => {
    for (const name of names) {
      if (usual.has(name) || usualFamilies.some((family) => name.startsWith(family))) continue;
      const header = shownKey(name);
      if (logged.has(header) || logged.size >= maximumNames) continue;
      logged.add(header);
      logger.warn({ header }, 'callbacks have an unknown header');
    }
  };
}
