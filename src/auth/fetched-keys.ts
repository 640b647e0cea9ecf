import { JoinedChunks } from '../domain/joined-chunks.js';
import { parseJson } from '../domain/json.js';

/** Until the last byte of the issuer's answer. */
const timeoutMs = 3000;
/** An issuer has a handful of keys, with certificate chains of a few kilobytes. */
const maximumBytes = 1024 ** 2;

/** The issuer did not answer with a key set. The message says why, without a URL or anything of the answer. */
export class KeySetUnavailable extends Error {
  override readonly name = 'KeySetUnavailable';
}

/**
 * Reads the issuer's key set, bounded in time and in bytes.
 * @returns its keys, whatever they are.
 * @throws KeySetUnavailable
 */
export async function fetchKeys(url: string): Promise<readonly unknown[]> {
  let text: string | undefined;
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new KeySetUnavailable(`status ${response.status}`);
    }
    text = await boundedText(response);
  } catch (error) {
    if (error instanceof KeySetUnavailable) throw error;
    if ((error as Error).name === 'TimeoutError') throw new KeySetUnavailable('timeout');
    const { cause } = error as { readonly cause?: { readonly code?: string } };
    throw new KeySetUnavailable(cause?.code ?? 'not reachable');
  }
  const json = text === undefined ? undefined : parseJson(text);
  const keys = typeof json === 'object' && json !== null && 'keys' in json ? json.keys : undefined;
  if (!Array.isArray(keys)) throw new KeySetUnavailable('not a key set');
  return keys as readonly unknown[];
}

/** @returns undefined for a body that is too long, of which the rest is not read. */
async function boundedText(response: Response): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  const chunks = new JoinedChunks();
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maximumBytes) return undefined; // leaving the loop cancels the body
    pieces.push(...chunks.add(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
  }
  const rest = chunks.end();
  return Buffer.concat(rest ? [...pieces, rest] : pieces).toString('utf8');
}
