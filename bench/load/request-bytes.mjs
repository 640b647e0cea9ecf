/**
 * A request as it goes over the wire.
 * @param {string} url
 * @param {{ query: string, variables?: object } | undefined} body posted as JSON; without one it is a GET.
 * @param {Record<string, string>} headers
 */
export function requestBytes(url, body, headers = {}) {
  const { host, pathname, search } = new URL(url);
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = Object.entries({
    host,
    accept: 'application/json',
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  const method = body === undefined ? 'GET' : 'POST';
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
}
