import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTime as LibraryDateTime } from 'graphql-scalars';

/** The most common mistake is the value of a `datetime-local` field, which has no zone. */
const wrongDateTime = 'A DateTime must be RFC 3339 with a zone, such as 2027-01-01T10:00:00Z.';

/**
 * RFC 3339 in, UTC with milliseconds out. graphql-scalars checks the input; the output is text that the mapping has
 * normalised already.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A date and time in RFC 3339 format. Output is always in UTC with milliseconds, e.g. `2022-08-10T17:42:00.000Z`. ' +
    'Input must have an offset; any offset is allowed, e.g. `2022-08-10T23:12:00+05:30`.',
  specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc3339#section-5.6',
  serialize: String,
  parseValue: (value) => {
    const time = timeIn(value);
    if (!time) throw new GraphQLError(wrongDateTime);
    return time;
  },
  parseLiteral: (node) => {
    const time = node.kind === Kind.STRING ? timeIn(node.value) : undefined;
    if (!time) throw new GraphQLError(wrongDateTime, { nodes: [node] });
    return time;
  },
});

function timeIn(value: unknown): Date | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return LibraryDateTime.parseValue(value);
  } catch {
    return undefined; // the library's message does not say what is wrong
  }
}

/**
 * A URL that is never normalised, since clients compare it with the one they sent
 * (docs/decisions/urls-letter-for-letter.md). Invalid URLs are user errors with a path, so any text is accepted here.
 */
export const Url = new GraphQLScalarType<string, string>({
  name: 'URL',
  description: 'An absolute URL, letter for letter as it was sent: it is never normalised.',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  serialize: String,
  parseValue: (value) => {
    if (typeof value !== 'string') throw new GraphQLError('A URL must be text.');
    return value;
  },
  parseLiteral: (node) => {
    if (node.kind !== Kind.STRING) throw new GraphQLError('A URL must be text.', { nodes: [node] });
    return node.value;
  },
});
