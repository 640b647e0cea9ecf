import { describe, expect, it } from '@jest/globals';
import { GatewayError, InputError, problem } from '../../../src/domain/errors.js';
import { failedBecause, UpstreamFailure } from '../../../src/domain/upstream-failure.js';

describe('an error for the client', () => {
  it('names the invalid argument in its message and in its extensions', () => {
    const error = new InputError('filter.name', 'must have at least 3 letters.');
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      name: 'InputError',
      code: 'BAD_USER_INPUT',
      message: 'Argument "filter.name" must have at least 3 letters.',
      details: { argument: 'filter.name' },
    });
  });

  it('has no details unless some are given', () => {
    expect(new GatewayError('OUTCOME_UNKNOWN', 'Look before you repeat it.').details).toEqual({});
  });

  it('for a rate limit has a retry delay, 60 seconds by default', () => {
    expect(new UpstreamFailure('rateLimited', { retryAfterSeconds: 7 }).details).toEqual({ retryAfter: 7 });
    expect(new UpstreamFailure('rateLimited').details).toEqual({ retryAfter: 60 });
  });

  it('for any other failure does not contain text of the upstream', () => {
    const facts = { requestId: 'r-1', field: ['input', 'name'], retryAfterSeconds: 7 };
    expect(new UpstreamFailure('refused', facts)).toMatchObject({
      name: 'UpstreamFailure',
      details: {},
      facts,
    });
  });
});

describe('the reason of an upstream failure', () => {
  const others: [unknown][] = [
    [new UpstreamFailure('timeout')],
    [new Error('notFound')],
    ['notFound'],
    [undefined],
  ];

  it('is recognized', () => {
    expect(failedBecause(new UpstreamFailure('notFound'), 'notFound')).toBe(true);
  });

  it.each(others)('is not read from another error: %p', (error) => {
    expect(failedBecause(error, 'notFound')).toBe(false);
  });
});

describe('a problem', () => {
  it('has a code, a message, and a path that is null without an argument', () => {
    const noName = { code: 'BLANK', field: ['input', 'name'], message: 'No name.' };
    expect(problem('BLANK', ['input', 'name'], 'No name.')).toEqual(noName);
    expect(problem('DUPLICATE', null, 'It exists.').field).toBeNull();
  });
});
