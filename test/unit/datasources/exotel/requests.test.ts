import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { type ExotelClient } from '../../../../src/datasources/exotel/client.js';
import { type CampaignQuery } from '../../../../src/domain/lists/list-query.js';
import { type CampaignDraft } from '../../../../src/domain/rules/draft.js';
import { documentedCampaign } from '../../../fixtures/documented-answer.js';
import { anyCampaign, anyMessage, firstWindow } from '../../domain/lists/questions.js';
import { ScriptedUpstream } from './scripted-upstream.js';

let upstream: ScriptedUpstream;
let client: ExotelClient;
let body: string;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  client = upstream.client();
  upstream.respond = (request, response) => {
    void text(request).then((said) => {
      body = said;
      response.end(JSON.stringify({ response: { code: 200, data: documentedCampaign() } }));
    });
  };
});
afterAll(async () => {
  await upstream.stop();
});

const root = '/v2/accounts/Exotel/message-campaigns';

describe('list requests have the documented parameters', () => {
  const window = 'channel=sms&offset=0&limit=50';
  const queries: [Partial<CampaignQuery>, target: string][] = [
    [{}, window],
    [{ name: 'a&b=c d' }, `${window}&name=a%26b%3Dc%20d`],
    [{ name: 'नमस्ते' }, `${window}&name=${encodeURIComponent('नमस्ते')}`],
    [{ statuses: ['IN_PROGRESS', 'CREATED'] }, `${window}&status=in-progress%2Ccreated`],
    [{ order: { field: 'START_TIME', direction: 'ASC' } }, `${window}&sort_by=schedule.start_time%3Aasc`],
    [{ order: { field: 'NAME', direction: 'DESC' } }, `${window}&sort_by=name%3Adesc`],
  ];
  it.each(queries)('campaigns: %j', async (query, target) => {
    await client.listCampaigns({ ...anyCampaign, ...query }, firstWindow);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'GET', target: `${root}?${target}` });
  });

  it.each([
    [anyMessage, ''],
    [{ number: '+91 98', direction: null }, '&number=%2B91%2098'],
    [{ number: null, direction: 'ASC' as const }, '&sort_by=schedule_time%3Aasc'],
  ])('messages: %j', async (query, rest) => {
    await client.listMessages('sid', query, { offset: 50, limit: 50 });
    const target = `${root}/sid/message-details?channel=sms&offset=50&limit=50${rest}`;
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'GET', target });
  });
});

describe('a write request has the given fields only', () => {
  const draft: CampaignDraft = {
    name: 'CampaignABC',
    contentType: 'STATIC',
    lists: ['9120d5962d214316b7721de55bb82e03'],
    schedule: { startTime: new Date('2022-01-13T13:13:00+05:30'), endTime: null },
    dltEntityId: '1101428740000012125',
    dltTemplateId: '1107160086562376233',
    senderId: 'EXOTEL',
    smsType: 'TRANSACTIONAL_OPT_IN',
    template: 'नमस्कार',
    statusCallback: 'https://example.com/a',
    smsStatusCallback: null,
  };
  const wire = {
    name: 'CampaignABC',
    content_type: 'static',
    lists: ['9120d5962d214316b7721de55bb82e03'],
    schedule: { start_time: '2022-01-13T07:43:00Z' },
    dlt_entity_id: '1101428740000012125',
    dlt_template_id: '1107160086562376233',
    sender_id: 'EXOTEL',
    sms_type: 'transactional_opt_in',
    template: 'नमस्कार',
    status_callback: 'https://example.com/a',
  };

  it('create: flat, with the channel', async () => {
    await client.createCampaign(draft);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'POST', target: root });
    expect(JSON.parse(body)).toEqual({ ...wire, channel: 'SMS' });
  });

  it.each<[CampaignDraft, object]>([
    [draft, wire],
    [{ name: 'Other' }, { name: 'Other' }],
    [{ name: null, schedule: { startTime: null } }, {}],
    [{ schedule: { endTime: new Date(1) } }, { schedule: { end_time: '1970-01-01T00:00:00.001Z' } }],
  ])('update: %j', async (said, sent) => {
    await client.updateCampaign('sid', said);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'PUT', target: `${root}/sid` });
    expect(JSON.parse(body)).toEqual(sent);
  });

  it.each([
    ['PAUSE', 'pause'],
    ['RESUME', 'resume'],
    ['COMPLETE', 'complete'],
    ['ARCHIVE', 'archive'],
  ] as const)('%s as the action %s alone', async (action, word) => {
    await client.actOnCampaign('sid', action);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'PUT', target: `${root}/sid` });
    expect(JSON.parse(body)).toEqual({ action: word });
  });
});
