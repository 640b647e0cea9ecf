import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedAnswer } from '../../../fixtures/documented-answer.js';
import { anyCampaign, anyMessage, firstWindow } from '../../domain/lists/questions.js';
import { ScriptedUpstream } from './scripted-upstream.js';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

const noStats = {
  scheduled: 0,
  submitted: 0,
  sent: 0,
  failed: 0,
  failedDnd: 0,
  failedExpired: 0,
  failedNoAttempt: 0,
  failedNoBalance: 0,
  invalid: 0,
  total: 0,
};

const gotten = {
  __typename: 'Campaign',
  id: 'af7826e2c40b40faa53d1a1653905879',
  sid: 'af7826e2c40b40faa53d1a1653905879',
  accountSid: 'Exotel',
  name: 'new camp',
  channel: 'SMS',
  contentType: 'STATIC',
  status: 'COMPLETED',
  upstreamStatus: 'completed',
  state: null,
  lists: [{ sid: '088d92cb349844008fcb97cdf5a52cb7' }],
  schedule: { startTime: '2022-05-30T10:27:00.000Z', endTime: '2022-06-29T10:27:00.000Z' },
  template: 'Hi user,Thank you for registering; Your account has been activated',
  smsType: 'TRANSACTIONAL',
  senderId: 'EXOTEL',
  dltEntityId: '1101428740000012125',
  dltTemplateId: '1107159950325048979',
  statusCallback: null,
  smsStatusCallback: null,
  reportUrl: null,
  estimatedCost: 0.17,
  stats: { ...noStats, sent: 2, total: 2 },
  availableActions: ['ARCHIVE'],
  createdAt: '2022-05-30T10:17:59.000Z',
  updatedAt: '2022-05-30T10:49:14.000Z',
  fetchedAt: '2026-01-02T03:04:05.678Z',
};

describe('the sample responses of the document are parsed completely', () => {
  it('get', async () => {
    upstream.answers(documentedAnswer('get'));
    expect(await upstream.client().getCampaign(gotten.sid)).toEqual(gotten);
  });

  it('create, with times years in the past and an end a minute after its start', async () => {
    upstream.answers(documentedAnswer('create'));
    const { campaign, requestId } = await upstream.client().createCampaign({});
    expect(requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(campaign).toEqual({
      ...gotten,
      id: '909d2a2ba53ce07f3784668b938eb44914bo',
      sid: '909d2a2ba53ce07f3784668b938eb44914bo',
      accountSid: '<your_sid>',
      name: 'test_campaign',
      status: 'SCHEDULED',
      upstreamStatus: 'scheduled',
      lists: [{ sid: '68f443cd3e764ad1ae7d82ad27f0af72' }],
      schedule: { startTime: '2019-01-20T15:45:00.000Z', endTime: '2019-01-20T15:46:00.000Z' },
      template: 'Hi, your account is activated',
      senderId: 'ADFGH',
      dltEntityId: '123478',
      dltTemplateId: '098765432',
      statusCallback: 'https://mycallback.sampledomain.in/1gvta9f1',
      estimatedCost: null,
      stats: noStats,
      availableActions: ['UPDATE', 'PAUSE'],
      createdAt: '2019-01-20T15:40:00.000Z',
      updatedAt: '2019-01-20T15:40:00.000Z',
    });
  });

  it('update', async () => {
    upstream.answers(documentedAnswer('update'));
    const { campaign } = await upstream.client().actOnCampaign('90dad70b939f469fbf8b801660148272', 'ARCHIVE');
    expect(campaign).toMatchObject({
      sid: '90dad70b939f469fbf8b801660148272',
      status: 'ARCHIVED',
      availableActions: [],
      smsStatusCallback: 'https://www.test-campaign.com',
      reportUrl:
        'https://exotelreports.s3.ap-southeast-1.amazonaws.com/sms-campaign-report/account_sid=Exotel/_timestamp=1660170935/8220cbfd56b04f3db7d885316158fc1f.csv',
      dltEntityId: '1101428740000012125',
      updatedAt: '2022-08-19T06:51:34.000Z',
      stats: { sent: 1, total: 1 },
    });
  });

  it('list: all twenty rows, the total and the limit of the response', async () => {
    upstream.answers(documentedAnswer('list'));
    const window = await upstream.client().listCampaigns(anyCampaign, firstWindow);
    expect(window).toMatchObject({ offset: 0, limit: 20, total: 108 });
    const sids = documentedAnswer('list').response.map(({ data }) => ({
      __typename: 'Campaign',
      sid: data.sid,
    }));
    expect(sids).toHaveLength(20);
    expect(window.rows).toMatchObject(sids);
    expect(window.rows[0]).toMatchObject({
      state: 'list-completed',
      schedule: { startTime: '2022-08-10T17:42:00.000Z', endTime: '2022-09-09T17:42:00.000Z' },
      stats: { failed: 1, total: 1 },
    });
  });

  it('messages: three rows of a total of five', async () => {
    upstream.answers(documentedAnswer('messages'));
    const window = await upstream.client().listMessages('of-this', anyMessage, { offset: 0, limit: 10 });
    const common = { __typename: 'Message', campaignSid: 'of-this', number: 'XXXXXXXXXX', name: 'shubham_t' };
    expect(window).toMatchObject({ offset: 0, limit: 10, total: 5 });
    expect(window.rows).toMatchObject([
      {
        ...common,
        sid: '34d67d290cb761c0606b7fe9590015bo',
        status: 'SENT',
        body: 'your account is activated',
      },
      {
        ...common,
        status: 'FAILED',
        detailedStatus: 'FAILED_SPAM_DETECTED',
        body: 'your account is activated',
      },
      {
        ...common,
        sid: '34d67d290cb761c0606b7fe9590015bf',
        status: 'FAILED_DND',
        upstreamStatus: 'failed_dnd',
      },
    ]);
    expect(window.rows[0]).toMatchObject({
      direction: 'outgoing-api',
      senderId: 'EXOTEL',
      scheduledAt: '2021-11-24T09:25:19.000Z',
    });
  });
});
