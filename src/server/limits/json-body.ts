import { isUtf8 } from 'node:buffer';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** A body that can't be read. */
class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  readonly statusCode = 400;
}

/**
 * Takes JSON bodies, in UTF-8 only: a sid with another letter in it is another sid.
 * @param isAnswered asked first; true: the body need not be read.
 */
export function takeJson(
  app: FastifyInstance,
  isAnswered: (request: FastifyRequest, body: Buffer) => boolean = () => false,
): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, parsed) => {
    if (isAnswered(request, body)) parsed(null, undefined);
    else if (isUtf8(body)) void parseJson(request, body.toString('utf8'), parsed);
    else parsed(new UnreadableBody('The body is not UTF-8.'));
  });
}
