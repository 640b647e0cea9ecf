import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTime as LibraryDateTime } from 'graphql-scalars';

/**
 * RFC 3339 in, UTC with milliseconds out. Input is checked by graphql-scalars; output is the text that the
 * mapping made already, so nothing is parsed twice.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A moment as RFC 3339 text. Answers are always in UTC with milliseconds, e.g. `2022-08-10T17:42:00.000Z`; ' +
    'input may have any offset but must have one, e.g. `2022-08-10T23:12:00+05:30`.',
  specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc3339#section-5.6',
  serialize: String,
  parseValue: (value) => {
    if (typeof value !== 'string') throw new GraphQLError('A DateTime must be RFC 3339 text.');
    return LibraryDateTime.parseValue(value);
  },
  parseLiteral: (node) => {
    if (node.kind !== Kind.STRING)
      throw new GraphQLError('A DateTime must be RFC 3339 text.', { nodes: [node] });
    return LibraryDateTime.parseLiteral(node);
  },
});

/**
 * A URL, letter for letter as it was given: a client compares it with what it sent, so it is never normalised.
 * Whether it is one that the upstream takes is a rule of the input, answered as a user error with a path.
 */
export const Url = new GraphQLScalarType<string, string>({
  name: 'URL',
  description: 'An absolute URL, letter for letter as the upstream holds it.',
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
