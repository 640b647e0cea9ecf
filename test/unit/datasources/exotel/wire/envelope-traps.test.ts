import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  documentedAnswer,
  documentedCampaign,
  documentedSid,
  documentedMessage,
} from '../../../../fixtures/documented-answer.js';
import { anyCampaign, anyMessage, firstWindow } from '../../../domain/lists/questions.js';
import { ScriptedUpstream } from '../scripted-upstream.js';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

const item = (data: unknown) => ({ code: 200, status: 'success', error_data: null, data });
const good = item(documentedCampaign());
const duplicate = { code: 409, status: 'failure', error_data: { code: 1008 }, data: null };

const list = async (body: unknown, status = 200) => {
  upstream.answers(body, status);
  return upstream.client().listCampaigns(anyCampaign, firstWindow);
};

describe('a response may be an item or an array with one item', () => {
  const shapes: [string, (data: unknown) => unknown][] = [
    ['item', item],
    ['array', (data) => [item(data)]],
  ];
  describe.each(shapes)('%s', (_shape, wrap) => {
    it('get, create, update and act', async () => {
      upstream.answers({ response: wrap(documentedCampaign({ name: 'wrapped' })) });
      const client = upstream.client();
      const answers = await Promise.all([
        client.getCampaign(documentedSid),
        client.createCampaign({}),
        client.updateCampaign('a', {}),
        client.actOnCampaign('a', 'PAUSE'),
      ]);
      const campaigns = answers.map((answer) => ('campaign' in answer ? answer.campaign : answer));
      expect(campaigns.map(({ name }) => name)).toEqual(['wrapped', 'wrapped', 'wrapped', 'wrapped']);
    });

    it('list and messages', async () => {
      const campaigns = await list({ response: wrap(documentedCampaign({ name: 'wrapped' })) });
      upstream.answers({ response: wrap(documentedMessage({ name: 'wrapped' })) });
      const messages = await upstream.client().listMessages('a', anyMessage, firstWindow);
      expect([...campaigns.rows, ...messages.rows]).toMatchObject([{ name: 'wrapped' }, { name: 'wrapped' }]);
    });
  });
});

describe('the item decides about failure, not the status code', () => {
  it.each([200, 207])('of HTTP %i', async (status) => {
    upstream.answers({ http_code: status, response: [duplicate] }, status);
    await expect(upstream.client().createCampaign({})).rejects.toMatchObject({ reason: 'duplicate' });
  });

  const failed: [string, Record<string, unknown>, string][] = [
    ['a code alone', { code: 404 }, 'notFound'],
    ['a code as text', { code: '404' }, 'notFound'],
    ['a status alone', { status: 'Failure' }, 'refused'],
    ['an error without a code', { error_data: { code: 1003 } }, 'forbidden'],
    ['an error code as text', { error_data: { code: '1010' } }, 'unauthorized'],
    ['no data', { data: null }, 'invalidResponse'],
    ['an error without a data key', { error_data: { code: 1003 }, data: undefined }, 'forbidden'],
  ];
  it.each(failed)('with %s', async (_title, changes, reason) => {
    upstream.answers({ response: { ...good, ...changes } });
    await expect(upstream.client().getCampaign(documentedSid)).rejects.toMatchObject({ reason });
  });

  const succeeded: [string, Record<string, unknown>][] = [
    ['no code', { code: undefined }],
    ['no status', { status: undefined }],
    ['an error without a code', { error_data: {} }],
    ['an error of nulls', { error_data: { code: null, message: null, description: null } }],
    ['an error of empty text', { error_data: '' }],
  ];
  it.each(succeeded)('an item with %s is a success', async (_title, changes) => {
    upstream.answers({ response: { ...good, ...changes } });
    expect(await upstream.client().getCampaign(documentedSid)).toMatchObject({ name: 'new camp' });
  });
});

describe('the http_code of the envelope', () => {
  it.each([[null], [''], ['OK'], [{}], [undefined], ['200'], [207]])(
    'without a failure does not affect the response: %j',
    async (http_code) => {
      upstream.answers({ http_code, response: good });
      expect(await upstream.client().getCampaign(documentedSid)).toMatchObject({ name: 'new camp' });
    },
  );

  it.each([404, '404'])('with a failure overrules HTTP 200: %j', async (http_code) => {
    upstream.answers({ http_code, response: good });
    await expect(upstream.client().getCampaign(documentedSid)).rejects.toMatchObject({ reason: 'notFound' });
  });
});

describe('the request_id of the envelope', () => {
  it.each([
    ['55f7e5c1c3a94dcc8f7f4f6a1a2b3c4d', true],
    ['at Object.<anonymous> (/srv/app.js:10:3)', false],
    ['https://key:token@api.example.com/secret', false],
  ])('%.50s may be logged: %s', async (id, mayBeLogged) => {
    upstream.answers({ request_id: id, response: item({ sid: 'unreadable' }) });
    const failure: unknown = await upstream
      .client()
      .getCampaign(documentedSid)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ facts: { requestId: mayBeLogged ? id : undefined } });
  });
});

describe('an invalid row does not affect its neighbours', () => {
  const bad: [string, unknown, string][] = [
    ['null', null, 'invalidResponse'],
    ['text', 'row', 'invalidResponse'],
    ['a list', [], 'invalidResponse'],
    ['empty', {}, 'invalidResponse'],
    ['without data', item(null), 'invalidResponse'],
    ['of another kind', item(documentedMessage()), 'invalidResponse'],
    ['failed', duplicate, 'duplicate'],
  ];
  it.each(bad)('%s', async (_title, row, reason) => {
    const { rows, total } = await list({ metadata: { total: 3 }, response: [good, row, good] });
    expect(rows).toMatchObject([{ name: 'new camp' }, { reason }, { name: 'new camp' }]);
    expect(total).toBe(3);
  });
});

describe('list metadata', () => {
  const rows = (count: number) => Array.from({ length: count }, () => good);
  const windows: [string, unknown, number, { total: number; limit: number }][] = [
    ['totals as text', { total: '108', limit: '20' }, 20, { total: 108, limit: 20 }],
    ['a larger limit than requested', { total: 108, limit: 500 }, 50, { total: 108, limit: 50 }],
    ['a limit of zero', { total: 108, limit: 0 }, 50, { total: 108, limit: 50 }],
    ['a total below its own rows', { total: 1 }, 3, { total: 3, limit: 50 }],
    ['no metadata and fewer rows than requested', undefined, 3, { total: 3, limit: 50 }],
    ['null and fewer rows than requested', null, 3, { total: 3, limit: 50 }],
    ['a total of null and fewer rows than requested', { total: null }, 3, { total: 3, limit: 50 }],
    ['no rows at all', { total: 0 }, 0, { total: 0, limit: 50 }],
  ];
  it.each(windows)('with %s', async (_title, metadata, count, window) => {
    expect(await list({ metadata, response: rows(count) })).toMatchObject(window);
  });

  it.each([
    [undefined],
    [null],
    [{}],
    [{ total: null }],
    [{ total: '' }],
    [{ total: 'many' }],
    [{ total: -1 }],
  ])('without a total and with a full window is a failure, not the end of the list: %j', async (metadata) => {
    await expect(list({ metadata, response: rows(50) })).rejects.toMatchObject({
      reason: 'invalidResponse',
    });
  });

  it('does not make rows beyond the requested limit part of the page', async () => {
    const { rows: read, limit, total } = await list({ metadata: { total: 108 }, response: rows(51) });
    expect([read.length, limit, total]).toEqual([50, 50, 108]);
  });

  it('with a total that surplus rows exceed is a failure: rows may be hidden', async () => {
    await expect(list({ metadata: { total: 50 }, response: rows(51) })).rejects.toMatchObject({
      reason: 'invalidResponse',
    });
  });

  it('has the requested offset', async () => {
    upstream.answers(documentedAnswer('list'));
    const slice = { offset: 50, limit: 50 };
    expect(await upstream.client().listCampaigns(anyCampaign, slice)).toMatchObject({ offset: 50 });
  });
});
