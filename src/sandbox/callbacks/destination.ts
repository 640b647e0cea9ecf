/** Names that are reserved to lead nowhere (RFC 2606); the demo seed's campaigns have them as callback URLs. */
const RESERVED = /(^|\.)(example(\.com|\.net|\.org)?|invalid)$/;

/**
 * Where a callback URL leads; undefined where nobody can be listening, so that the made-up URLs of the seed
 * neither leave this machine nor hold up those that somebody waits for.
 */
export function destination(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined;
  return RESERVED.test(new URL(url).hostname) ? undefined : url;
}
