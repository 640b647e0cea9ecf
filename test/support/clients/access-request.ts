import { request } from 'undici';

/** Result of an HTTP request for access. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly codes: readonly string[];
  /** Code of the first error. */
  readonly message: string | undefined;
}

/** Requests a field that needs `campaigns:read`, with these headers. */
export async function requestAccess(
  gateway: { readonly url: string },
  headers: Readonly<Record<string, string>>,
  path = '/graphql',
): Promise<Answered> {
  const answer = await request(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: '*/*', ...headers },
    body: JSON.stringify({ query: '{ campaigns(first: 1) { totalCount } }' }),
  });
  const text = await answer.body.text();
  const { errors = [] } = JSON.parse(text) as {
    readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  };
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text,
    codes: errors.map(({ extensions }) => extensions.code),
    message: errors[0]?.message,
  };
}

/** The result with valid credentials. */
export const isAuthorized = { status: 200, codes: [] };
/** The result with invalid credentials. */
export const isUnauthenticated = { status: 401, codes: ['UNAUTHENTICATED'] };
/** The result while authentication is unavailable. */
export const isUnavailable = { status: 503, codes: ['AUTHENTICATION_UNAVAILABLE'] };
