import { describe, expect, it } from '@jest/globals';
import { GatewayError, InputError, problem } from '../../../src/domain/errors.js';
import { failedBecause, UpstreamFailure } from '../../../src/domain/upstream-failure.js';

describe('an error for the client', () => {
  it('of an argument names it, in its message and for programs', () => {
    const error = new InputError('filter.name', 'must have at least 3 letters.');
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      name: 'InputError',
      code: 'BAD_USER_INPUT',
      message: 'Argument "filter.name" must have at least 3 letters.',
      details: { argument: 'filter.name' },
    });
  });

  it('has no details where none are given', () => {
    expect(new GatewayError('OUTCOME_UNKNOWN', 'Look before you repeat it.').details).toEqual({});
  });

  it('of the rate limit says when to come back, a minute where the upstream does not', () => {
    expect(new UpstreamFailure('rateLimited', { retryAfterSeconds: 7 }).details).toEqual({ retryAfter: 7 });
    expect(new UpstreamFailure('rateLimited').details).toEqual({ retryAfter: 60 });
  });

  it('of any other failure tells nothing that the upstream said', () => {
    const facts = { requestId: 'r-1', field: ['input', 'name'], retryAfterSeconds: 7 };
    expect(new UpstreamFailure('refused', facts)).toMatchObject({
      name: 'UpstreamFailure',
      details: {},
      facts,
    });
  });
});

describe('the reason of a failure', () => {
  const others: [unknown][] = [
    [new UpstreamFailure('timeout')],
    [new Error('notFound')],
    ['notFound'],
    [undefined],
  ];

  it('is told apart', () => {
    expect(failedBecause(new UpstreamFailure('notFound'), 'notFound')).toBe(true);
  });

  it.each(others)('and nothing else is taken for it: %p', (error) => {
    expect(failedBecause(error, 'notFound')).toBe(false);
  });
});

describe('a problem', () => {
  it('has a code, a message and a path, or null where it is of no argument', () => {
    const noName = { code: 'BLANK', field: ['input', 'name'], message: 'No name.' };
    expect(problem('BLANK', ['input', 'name'], 'No name.')).toEqual(noName);
    expect(problem('DUPLICATE', null, 'It exists.').field).toBeNull();
  });
});
