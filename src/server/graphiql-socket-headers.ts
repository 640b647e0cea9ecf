/** Where the page hands the headers of its pane to whatever sends an operation. */
const handedOver = /extensions:\{headers:(\w+)\?\.headers\}/;

/**
 * Lets the page send what stands in its header pane over WebSocket as well, as `connectionParams.headers`: as it comes,
 * it sends headers over HTTP only, and a subscription would show nobody. Not enumerable, so that no body has it.
 * @throws Error where the page is another than the one that this was written for.
 */
export function withHeadersOverWebSocket(html: string): string {
  if (!handedOver.test(html)) throw new Error('GraphiQL hands over its headers in another way than it did.');
  return html.replace(
    handedOver,
    'extensions:Object.defineProperty({headers:$1?.headers},"connectionParams",{value:{headers:$1?.headers}})',
  );
}
