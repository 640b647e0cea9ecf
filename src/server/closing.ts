import { type FastifyInstance } from 'fastify';

/** How long requests that are being answered may take to end; connections that ask nothing get no time. */
const graceMs = 3000;

/** Tells clients, in every answer from then on, that their connection ends with it. */
export function announceClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
}

/** Takes no new connections, lets what is under way end, and cuts off what has not ended in time. */
export async function closeGracefully(app: FastifyInstance): Promise<void> {
  const cutOff = setTimeout(() => {
    app.server.closeAllConnections();
  }, graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}
