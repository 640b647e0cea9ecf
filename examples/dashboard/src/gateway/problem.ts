import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import type { GraphQLFormattedError } from 'graphql';

/** An error, in words for the person before the screen. */
export interface Problem {
  /** `extensions.code`; NO_ANSWER if the gateway did not respond. */
  readonly code: string;
  readonly title: string;
  readonly advice: string;
  /** Seconds to wait; undefined if trying again at once makes sense, or never. */
  readonly retryAfter?: number;
  readonly extensions: Readonly<Record<string, unknown>>;
}

type Words = readonly [title: string, advice: string];

const noAnswer: Words = ['The gateway does not respond', 'Check your connection, then try again.'];
const other: Words = ['This did not work', 'Try again. If it happens again, report it.'];
const busy: Words = ['Too many requests at the moment', 'This is tried again as soon as there is room.'];

const words: Readonly<Record<string, Words>> = {
  NO_ANSWER: noAnswer,
  UNAUTHENTICATED: ['You are not signed in', 'Enter an API key of this gateway.'],
  FORBIDDEN: ['You may not see this', 'Ask the issuer of your key for the missing scope.'],
  UPSTREAM_RATE_LIMITED: busy,
  TOO_MANY_REQUESTS: busy,
  OVERLOADED: busy,
  UPSTREAM_UNAVAILABLE: ['Exotel is not available', 'Nothing was changed. Try again in a minute.'],
  UPSTREAM_TIMEOUT: ['Exotel did not respond in time', 'Try again in a minute.'],
  UPSTREAM_INVALID_RESPONSE: ["Exotel's response can't be read", 'Report it to the operator of the gateway.'],
  UPSTREAM_UNAUTHORIZED: ['Exotel refused the credentials', 'The operator of the gateway must check them.'],
  UPSTREAM_FORBIDDEN: ['Exotel does not allow this', 'The operator of the gateway must check the account.'],
  BAD_USER_INPUT: ['The gateway did not accept this input', 'Correct it and try again.'],
  OUTCOME_UNKNOWN: ['Nobody knows yet whether this was done', 'Look at the campaign before you try again.'],
};

/** Puts an error of Apollo Client into words. Decides by its code; messages may change. */
export function problemOf(error: unknown): Problem {
  const first = graphqlErrors(error)[0];
  const extensions = first?.extensions ?? {};
  const code = first === undefined ? 'NO_ANSWER' : String(extensions.code);
  const [title, advice] = words[code] ?? other;
  const { retryAfter, scopes } = extensions;
  return {
    code,
    title,
    advice: code === 'FORBIDDEN' && Array.isArray(scopes) ? `${advice} (${scopes.join(' or ')})` : advice,
    ...(typeof retryAfter === 'number' && { retryAfter }),
    extensions,
  };
}

/** An error that comes with a status such as 401 may have its GraphQL errors in the body only. */
function graphqlErrors(error: unknown): readonly GraphQLFormattedError[] {
  if (CombinedGraphQLErrors.is(error)) return error.errors;
  if (!ServerError.is(error)) return [];
  try {
    return (JSON.parse(error.bodyText) as { errors?: GraphQLFormattedError[] }).errors ?? [];
  } catch {
    return []; // a proxy's page
  }
}

/** Whether a write with this problem may have been done: the answer was lost on its way to the gateway, or from it. */
export function mayHaveBeenDone({ code }: Problem): boolean {
  return ['OUTCOME_UNKNOWN', 'OPERATION_TIMEOUT', 'NO_ANSWER', 'INTERNAL_SERVER_ERROR'].includes(code);
}
