import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
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
export interface WebhookOptions {
  readonly receiver: CallbackReceiver;
  readonly telemetry: Pick<Telemetry, 'callbackAnswered'>;
  /** Called with the header names of each accepted callback. */
  readonly onHeaders: (names: readonly string[]) => void;
}

/** Serves `POST /webhooks/exotel/{campaign|message}/:token`. The body determines its own format. */
export async function serveWebhooks(app: FastifyInstance, options: WebhookOptions): Promise<void> {
  await encapsulated(app, 'webhooks', (webhooks) => {
    acceptAnyContentType(webhooks);
    webhooks.addHook('onResponse', (request, reply, done) => {
      const kind = webhookKinds.find((each) => request.routeOptions.url?.includes(`/${each}/`));
      if (kind) options.telemetry.callbackAnswered(kind, verdictOf(reply.statusCode));
      done();
    });
    for (const kind of webhookKinds)
      webhooks.post(`${webhookRoute}/${kind}/:token`, { bodyLimit: maximumBodyBytes }, (request, reply) =>
        answer(options, kind, request, reply),
      );
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

function answer(
  { receiver, onHeaders }: WebhookOptions,
  kind: WebhookKind,
  { params, body, callbackType, headers }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { token } = params as { readonly token: string };
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const verdict = receiver.receive(kind, token, readCallbackBody(bytes, callbackType));
  if (verdict === 'accepted') onHeaders(Object.keys(headers));
  return reply.code(statusOf[verdict]).send({ verdict });
}
