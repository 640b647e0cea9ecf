const configured = document.querySelector<HTMLMetaElement>('meta[name="gateway-url"]')?.content;

/** GraphQL over HTTP. */
export const httpUrl = new URL('/graphql', configured === '' ? location.href : configured).href;

/** GraphQL over WebSocket. */
export const socketUrl = httpUrl.replace(/^http/, 'ws');
