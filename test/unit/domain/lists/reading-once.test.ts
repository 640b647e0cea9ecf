import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { UpstreamFailure } from '../../../../src/domain/upstream-failure.js';
import { documentedAnswer } from '../../../fixtures/documented-answer.js';
import { anyCampaign, anyMessage, firstWindow } from './questions.js';
import { ScriptedUpstream } from '../../datasources/exotel/scripted-upstream.js';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await upstream.stop();
});

/** Counts the JSON operations of a call, from its bytes to its rows. */
function counted() {
  return {
    parses: jest.spyOn(JSON, 'parse'),
    texts: jest.spyOn(JSON, 'stringify'),
  };
}

describe('the body of an upstream response is parsed once', () => {
  it('for campaigns, and is not serialized again', async () => {
    upstream.answers(JSON.stringify(documentedAnswer('list')));
    const client = upstream.client();
    const { parses, texts } = counted();
    const { rows } = await client.listCampaigns(anyCampaign, firstWindow);
    expect([parses.mock.calls.length, texts.mock.calls.length]).toEqual([1, 0]);
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter((row) => row instanceof UpstreamFailure)).toEqual([]);
  });

  it('for messages, and is not serialized again', async () => {
    upstream.answers(JSON.stringify(documentedAnswer('messages')));
    const client = upstream.client();
    const { parses, texts } = counted();
    const { rows } = await client.listMessages('of-this', anyMessage, firstWindow);
    expect([parses.mock.calls.length, texts.mock.calls.length]).toEqual([1, 0]);
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter((row) => row instanceof UpstreamFailure)).toEqual([]);
  });
});
