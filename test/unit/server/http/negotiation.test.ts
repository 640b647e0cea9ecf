import { describe, expect, it } from '@jest/globals';
import { growthOf, mostForLinear } from '../../../support/hostile/growth.js';
import fc from 'fast-check';
import { acceptedTypes, acceptsEvents, errorType } from '../../../../src/server/http/negotiation.js';

const multipart = 'multipart/mixed;subscriptionSpec=1.0';
const events = 'text/event-stream';
const json = 'application/json';

describe('the stream of a subscription is', () => {
  it.each<[string, string | undefined, string]>([
    ['of Apollo’s documentation', 'multipart', 'multipart/mixed;subscriptionSpec="1.0", application/json'],
    [
      'of Apollo Client',
      'multipart',
      'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9',
    ],
    [
      'of Apollo iOS',
      'multipart',
      'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json',
    ],
    ['of Hive Router', 'multipart', 'multipart/mixed;subscriptionSpec="1.0", text/event-stream'],
    ['of urql', 'sse', 'text/event-stream, multipart/mixed'],
    ['in capitals', 'multipart', 'Multipart/Mixed;SUBSCRIPTIONSPEC="1.0"'],
    [
      'with spaces',
      'multipart',
      ' multipart/mixed ; boundary = "graphql" ;\tsubscriptionSpec = 1.0 ,application/json',
    ],
    [
      'with a comma and a semicolon in a boundary',
      'multipart',
      `multipart/mixed;boundary="a,b;c";subscriptionSpec=1.0`,
    ],
    ['with @defer first', 'multipart', `multipart/mixed;deferSpec=20220824, ${multipart}`],
    ['of both, events first', 'sse', `${events}, ${multipart}`],
    ['of both, parts first', 'multipart', `${multipart}, ${events}`],
    ['with a weight for events', 'sse', `${multipart};q=0.5, ${events}`],
    [
      'with a weight before the parameter',
      'sse',
      `multipart/mixed;q=0.5;subscriptionSpec=1.0, ${events};q=0.6`,
    ],
    ['without events', 'multipart', `${events};q=0, ${multipart};q=0.1`],
    ['of any text', undefined, 'text/*'],
    ['of any text and any type', undefined, 'text/html, text/*, */*;q=0.1'],
    ['of any text but events', undefined, `text/*, ${events};q=0`],
    ['of parts of @defer', undefined, 'multipart/mixed;deferSpec=20220824'],
    ['of parts of anything', undefined, 'multipart/mixed, multipart/*'],
    ['of another version', undefined, 'multipart/mixed;subscriptionSpec=2.0'],
    ['of any type', undefined, '*/*'],
    ['of JSON', undefined, json],
    ['of nothing', undefined, ''],
    ['with broken quotes', undefined, 'multipart/mixed;boundary="a;subscriptionSpec=1.0'],
  ])('for an Accept header %s: %s', (_of, stream, accept) => {
    expect(acceptedTypes({ accept }).stream).toBe(stream);
  });
});

describe('JSON is accepted', () => {
  it.each<[boolean, string]>([
    [false, events],
    [false, multipart],
    [false, `${json};q=0, ${events};q=0.1`],
    [false, `${events}, application/*;q=0`],
    [true, `${multipart}, ${json}`],
    [true, `${events}, */*;q=0.1`],
    [true, `${json};q=0, application/graphql-response+json`],
    [true, 'application/*'],
    [true, ''],
  ])('%s: %j', (isJsonAccepted, accept) => {
    expect(acceptedTypes({ accept: accept || undefined })).toMatchObject({ isJsonAccepted });
  });
});

it('any text can be read, in linear time', () => {
  const piece = fc.constantFrom(',', ';', '"', '=', 'q', '0', ' ', multipart, events, json, '*/*', '\\', 'é');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const accept = pieces.join('');
      expect(['sse', 'multipart', undefined]).toContain(acceptedTypes({ accept }).stream);
      expect(typeof acceptsEvents({ accept })).toBe('boolean');
      expect(errorType({ accept })).toMatch(/^application\/(?:graphql-response\+)?json; charset=utf-8$/);
    }),
  );
  for (const unit of ['"', ',', ';', ';a="', 'a,', '";"']) {
    const read = (length: number): unknown => acceptedTypes({ accept: unit.repeat(length / unit.length) });
    expect(growthOf(160_000, read)).toBeLessThan(mostForLinear);
  }
});
