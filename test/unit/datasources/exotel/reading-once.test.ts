import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { UpstreamFailure } from '../../../../src/domain/upstream-failure.js';
import { wireCampaign } from '../../../../src/datasources/exotel/wire/campaign.js';
import { wireMessage } from '../../../../src/datasources/exotel/wire/message.js';
import { documentedAnswer, documentedCampaign } from '../../../fixtures/documented-answer.js';
import { anyCampaign, anyMessage, firstWindow } from './questions.js';
import { ScriptedUpstream } from './scripted-upstream.js';

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

/** What was done for one call, from its bytes to its rows. */
function counted() {
  return {
    parses: jest.spyOn(JSON, 'parse'),
    texts: jest.spyOn(JSON, 'stringify'),
    campaigns: jest.spyOn(wireCampaign, 'safeParse'),
    messages: jest.spyOn(wireMessage, 'safeParse'),
  };
}

describe('an answer is read once', () => {
  it('a list: its bytes are parsed once, and rows as the document writes them need no schema', async () => {
    upstream.answers(JSON.stringify(documentedAnswer('list')));
    const client = upstream.client();
    const { parses, texts, campaigns } = counted();
    const { rows } = await client.listCampaigns(anyCampaign, firstWindow);
    expect([parses.mock.calls.length, texts.mock.calls.length]).toEqual([1, 0]);
    expect(campaigns).not.toHaveBeenCalled();
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter((row) => row instanceof UpstreamFailure)).toEqual([]);
  });

  it('messages', async () => {
    upstream.answers(JSON.stringify(documentedAnswer('messages')));
    const client = upstream.client();
    const { parses, texts, messages } = counted();
    const { rows } = await client.listMessages('of-this', anyMessage, firstWindow);
    expect([parses.mock.calls.length, texts.mock.calls.length]).toEqual([1, 0]);
    expect(messages).not.toHaveBeenCalled();
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter((row) => row instanceof UpstreamFailure)).toEqual([]);
  });

  it('a campaign, however many quirks it has: a quirk is no second reading', async () => {
    const quirks = {
      report_url: '',
      estimated_cost: '0.66',
      lists: 'abc',
      state: 7,
      stats: null,
      schedule: [],
      name: 12,
    };
    const data = documentedCampaign(quirks);
    upstream.answers(JSON.stringify({ response: [{ code: '200', status: 'success', data }] }));
    const client = upstream.client();
    await client.getCampaign('any'); // zod compiles a schema when it is first used
    const { parses, campaigns } = counted();
    await client.getCampaign('any');
    expect(parses).toHaveBeenCalledTimes(1);
    expect(campaigns).toHaveBeenCalledTimes(1);
  });
});
