import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type CallbackReceiver, type Verdict } from '../live/callback-receiver.js';
import { type WebhookKind, webhookKinds } from '../live/webhook-token.js';
import { type OnWebhook } from './metrics/live-metrics.js';

/** Many times what a callback is long. */
const maximumBodyBytes = 16 * 1024;

const statusOf: Readonly<Record<Verdict, number>> = {
  accepted: 200,
  unknownAddress: 404,
  malformed: 400,
  tooEarly: 503, // it is sent again
};

/** Serves `POST /webhooks/exotel/{campaign|message}/:token`, as JSON or as a form whatever the content type says. */
export async function serveWebhooks(
  app: FastifyInstance,
  receiver: CallbackReceiver,
  onWebhook: OnWebhook,
): Promise<void> {
  await app.register((webhooks, _options, done) => {
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    webhooks.addHook('onResponse', (request, reply, done) => {
      const kind = webhookKinds.find((each) => request.routeOptions.url?.includes(`/${each}/`));
      if (kind) onWebhook(kind, verdictOf(reply.statusCode));
      done();
    });
    for (const kind of webhookKinds)
      webhooks.post(`/webhooks/exotel/${kind}/:token`, { bodyLimit: maximumBodyBytes }, (request, reply) =>
        answer(receiver, kind, request, reply),
      );
    done();
  });
}

/** What a callback was answered, whoever answered it: what is too large never came as far as the receiver. */
function verdictOf(statusCode: number): Verdict | 'refused' {
  const verdicts = Object.keys(statusOf) as Verdict[];
  return verdicts.find((verdict) => statusOf[verdict] === statusCode) ?? 'refused';
}

function answer(receiver: CallbackReceiver, kind: WebhookKind, request: FastifyRequest, reply: FastifyReply) {
  const { token } = request.params as { readonly token: string };
  const verdict = receiver.receive(kind, token, bodyOf(typeof request.body === 'string' ? request.body : ''));
  return reply.code(statusOf[verdict]).send({ verdict });
}

/** "As JSON or as a form (pages disagree: take both)": docs/upstream.md, limits. */
function bodyOf(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
