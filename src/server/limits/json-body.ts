import { isUtf8 } from 'node:buffer';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** A body that can't be read. */
class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  readonly statusCode = 400;
}

/** A compressed body: a small one may be huge when it is decompressed. */
class EncodedBody extends Error {
  override readonly name = 'EncodedBody';
  readonly statusCode = 415;
}

function isEncoded(encoding: string): boolean {
  return encoding.trim().toLowerCase() !== 'identity';
}

/**
 * Takes JSON bodies, in UTF-8 only: a sid with another letter in it is another sid.
 * @param isAnswered asked first; true: the body need not be read.
 */
export function takeJson(
  app: FastifyInstance,
  isAnswered: (request: FastifyRequest, body: Buffer) => boolean = () => false,
): void {
  // Members that would change a prototype are refused where a request is read from any transport (`parametersIn`).
  const parseJson = app.getDefaultJsonParser('ignore', 'ignore');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, parsed) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && isEncoded(encoding)) parsed(new EncodedBody('The body is compressed.'));
    else if (isAnswered(request, body)) parsed(null, undefined);
    else if (!isUtf8(body)) parsed(new UnreadableBody('The body is not UTF-8.'));
    else
      try {
        request.bodyMemory?.holdParsed(body);
        void parseJson(request, body.toString('utf8'), parsed);
      } catch (error) {
        parsed(error as Error); // there is no room for it
      }
  });
}
