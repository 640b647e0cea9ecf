import { isUtf8 } from 'node:buffer';
import { type FastifyInstance } from 'fastify';

/** A body that can't be read. */
class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  readonly statusCode = 400;
}

/** Takes JSON bodies, in UTF-8 only: a sid with another letter in it is another sid. */
export function takeJson(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, parsed) => {
    if (isUtf8(body)) void parseJson(request, body.toString('utf8'), parsed);
    else parsed(new UnreadableBody('The body is not UTF-8.'));
  });
}
