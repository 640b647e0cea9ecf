/** Where a gateway takes callbacks, below the root of its own address; a kind and a token follow. */
export const webhookRoute = '/webhooks/exotel';

/** The route with something that may be a token: an address that was signed with an earlier secret is one too. */
const address = /[/\\]webhooks[/\\]+exotel[/\\]+(?:campaign|message)[/\\]+[\w-]{32}/i;

/** An escape in an address, escaped any number of times: `%2F`, `%252F`. */
const escapes = /%(?:25)*([\da-f]{2})/gi;
/** A slash in HTML, which some layers write into text. */
const htmlSlash = /&(?:#x0*2f|#0*47|sol);/gi;
/** What URL parsers pass over (WHATWG URL, basic URL parser). */
const ignored = /[\t\n\r]/g;

/** Escapes in escapes that take more passes than this are nobody's who means well. */
const maximumPasses = 5;

/**
 * Whether a text is, or has in it, the address of a gateway's webhook: whoever knows it can forge callbacks
 * (docs/live.md, "Callbacks"). The host does not count, since a gateway may be reached under several, and what can't be
 * read counts as one.
 */
export function hasWebhookAddress(text: string): boolean {
  const plain = unescaped(text);
  if (plain === undefined || address.test(plain)) return true;
  return URL.canParse(plain) && address.test(new URL(plain).href); // without dot segments
}

/** Undefined for a text whose escapes have no end. */
function unescaped(text: string): string | undefined {
  let plain = text;
  for (let pass = 0; pass < maximumPasses; pass += 1) {
    const before = plain;
    plain = before
      .replaceAll(escapes, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      .replaceAll(htmlSlash, '/')
      .replaceAll(ignored, '');
    if (plain === before) return plain;
  }
  return undefined;
}
