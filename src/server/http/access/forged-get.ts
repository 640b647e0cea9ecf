import { type IncomingHttpHeaders } from 'node:http';
import { MIMEType } from 'node:util';
import { type AllowedOrigins, isOwnPage } from './allowed-origins.js';

/** The answer to a GET that may be forged. */
export const forgedGet =
  'Any web page could have sent this GET. Send a POST (urql: preferGetMethod: false), or a header that no page can send ' +
  'without a preflight: apollo-require-preflight: 1.';

/**
 * Whether a web page of another origin could have had a browser send this GET (CSRF). Bodies must be JSON, which needs a
 * preflight, so POST needs no such check.
 *
 * A GET is not forged if the browser says that a page of the gateway or of an allowed origin sent it, or if it has one of the
 * listed headers, which a page can't send without a preflight. Other headers prove nothing: loaders of media, apps around a
 * web view and mobile networks add their own. Neither does `Sec-Fetch-Site: none`: links in mails have it too.
 */
export function isForgedGet(headers: IncomingHttpHeaders, origins: AllowedOrigins): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (isOwnPage(headers) || (origin !== undefined && origins.includes(origin))) return false;
  if (hasClientHeader(headers)) return false;
  // Credentials prove nothing where a browser says that it was another page, or where a proxy may have added them.
  if (site !== undefined || Object.keys(headers).some((name) => proxyHeader.test(name))) return true;
  return !/^bearer /i.test(headers.authorization ?? '') && headers['x-api-key'] === undefined;
}

/** Headers that clients send, some for this purpose, and neither browsers nor proxies add on their own. */
const clientHeaders = [
  'apollo-require-preflight',
  'graphql-require-preflight',
  'graphql-preflight',
  'x-graphql-yoga-csrf',
  'x-apollo-operation-name',
  'apollographql-client-name',
  'apollographql-client-version',
  'graphql-client-name',
  'graphql-client-version',
  'x-upstream-report',
];
/** Content types that need no preflight (Fetch standard, "CORS-safelisted request-header"). */
const simpleTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

function hasClientHeader(headers: IncomingHttpHeaders): boolean {
  if (clientHeaders.some((name) => headers[name] !== undefined)) return true;
  const { 'content-type': type = '', 'x-requested-with': by = '' } = headers;
  // Android's web views add an X-Requested-With of their own: the name of the app, such as com.example.app.
  return /^[^.]+$/.test(String(by)) || (type !== '' && !simpleTypes.includes(essenceOf(type)));
}

/** A media type without its parameters; empty for an invalid one, which needs a preflight too. */
function essenceOf(type: string): string {
  try {
    return new MIMEType(type).essence;
  } catch {
    return '';
  }
}

/** Headers by which a request shows that it came through a proxy or a content delivery network. */
const proxyHeader =
  /forwarded|^via$|-ip$|^(?:akamai|cdn|cf|client|cloudfront|fastly|fly|true)-|^x-(?:amz|arr|auth|cloud|datadog|envoy|goog|ms|original|real|remote|scheme|user)/;
