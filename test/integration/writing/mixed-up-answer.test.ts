import { describe, expect, it } from '@jest/globals';
import { type CreateCampaignInput } from '../../operations/generated.js';
import { type SeenRequest } from '../../support/upstream/scripted-upstream.js';
import {
  answerOf,
  change,
  create,
  createdSid,
  diwali,
  inputs,
  rowOf,
} from '../../support/writing/creating.js';
import { startScripted, type ScriptedUnderTest } from '../../support/gateway/setup.js';

type Row = ReturnType<typeof rowOf>;

/** Everything that the upstream has. */
let rows: Row[];

/**
 * Starts an upstream that does every POST and answers another campaign than the one that it made.
 * @param answered picks the answer; `isMade` false makes none.
 */
function startMixingUp(
  answered: (made: Row, post: number) => Readonly<Record<string, unknown>>,
  isMade = true,
): Promise<ScriptedUnderTest> {
  rows = [];
  let posts = 0;
  return startScripted((request: SeenRequest) => {
    if (request.method !== 'POST') {
      const sid = /message-campaigns\/([^/?]+)/.exec(request.target)?.[1];
      return answerOf(
        sid === undefined ? rows : (rows.find((row) => row.sid === decodeURIComponent(sid)) ?? {}),
      );
    }
    const made = rowOf(request, { sid: `made ${posts}` });
    if (isMade) rows.push(made);
    posts += 1;
    return answerOf([answered(made, posts - 1)]);
  });
}

const posts = ({ methods }: ScriptedUnderTest): number =>
  methods().filter((method) => method === 'POST').length;
const keyed = (key: string, changes: Partial<CreateCampaignInput> = {}): CreateCampaignInput => ({
  ...diwali,
  name: `Offer of ${key}`,
  template: `Text of ${key}`,
  idempotencyKey: key,
  ...changes,
});

describe('a create whose response has another campaign', () => {
  it('of another create: the right one is found', async () => {
    const upstream = await startMixingUp(() => rows[0] ?? {});
    expect(await createdSid(upstream.gateway, keyed('one'))).toBe('made 0');
    expect(await createdSid(upstream.gateway, keyed('two'))).toBe('made 1');
    expect(await createdSid(upstream.gateway, keyed('two'))).toBe('made 1');
    expect(posts(upstream)).toBe(2);
  });

  it('of another create with the same content: the right one is found', async () => {
    const upstream = await startMixingUp(() => rows[0] ?? {});
    const [one, two] = inputs(2, 'all the same');
    expect(await createdSid(upstream.gateway, one ?? diwali)).toBe('made 0');
    expect(await createdSid(upstream.gateway, two ?? diwali)).toBe('made 1');
    expect(posts(upstream)).toBe(2);
  });

  it('of another create, otherwise unreadable: the right one is found', async () => {
    const upstream = await startMixingUp((made, post) =>
      post === 0 ? made : { ...rows[0], date_created: 'soon' },
    );
    expect(await createdSid(upstream.gateway, keyed('one'))).toBe('made 0');
    expect(await createdSid(upstream.gateway, keyed('two'))).toBe('made 1');
    expect(posts(upstream)).toBe(2);
  });

  const old = new Date(Date.now() - 86_400_000).toISOString();
  it.each<[what: string, changes: Readonly<Record<string, unknown>>]>([
    ['another name and text', { name: 'Newsletter', template: 'Hello' }],
    ['another text', { template: 'Hello' }],
    ['another name', { name: 'Newsletter' }],
    ['other lists', { lists: ['other'] }],
    ['another sender and type', { sender_id: '123', sms_type: 'promotional' }],
    ['another name and text, of yesterday', { name: 'Newsletter', template: 'Hello', date_created: old }],
  ])('with %s: the right one is found', async (_what, changes) => {
    const upstream = await startMixingUp((made) => {
      const other = { ...made, sid: 'foreign', ...changes };
      rows.unshift(other);
      return other;
    });
    expect(await createdSid(upstream.gateway, keyed('one'))).toBe('made 0');
    expect(posts(upstream)).toBe(1);
  });

  it('with another name and text, and no other candidate: OUTCOME_UNKNOWN, nothing is sent again', async () => {
    const upstream = await startMixingUp((made) => {
      const other = { ...made, sid: 'foreign', name: 'Newsletter', template: 'Hello' };
      rows.push(other);
      return other;
    }, false);
    for (let repeat = 0; repeat < 3; repeat += 1)
      expect((await create(upstream.gateway, keyed('one'))).codes).toEqual(['OUTCOME_UNKNOWN']);
    expect(posts(upstream)).toBe(1);
  });

  it('in swapped responses of two creates with different names: each gets its own', async () => {
    const held: ((row: Row) => void)[] = [];
    rows = [];
    const { gateway, methods } = await startScripted((request, response) => {
      if (request.method !== 'POST') return answerOf(rows);
      const made = rowOf(request, { sid: `made ${rows.length}` });
      rows.push(made);
      held.push((row) => response.end(JSON.stringify(answerOf([row]).json)));
      if (held.length === 2) rows.forEach((row, index) => held[1 - index]?.(row));
      return undefined;
    });
    const sids = await Promise.all(
      ['Summer sale', 'Winter offer'].map((name) => createdSid(gateway, { ...diwali, name })),
    );
    expect(
      sids.map((sid) => rows.find((row) => row.sid === sid)).map((row) => (row as { name?: string }).name),
    ).toEqual(['Summer sale', 'Winter offer']);
    expect(methods().filter((method) => method === 'POST')).toHaveLength(2);
  });
});

describe.each<[how: string, rewrite: (name: string) => string]>([
  ['as sent', (name) => name],
  ['escaped', (name) => name.replaceAll('&', '&amp;')],
  ['in lower case', (name) => name.toLowerCase()],
  ['without accents', (name) => name.normalize('NFD').replaceAll(/\p{M}/gu, '')],
  ['cut', (name) => name.slice(0, 22)],
])('where names come back %s, a create', (_how, rewrite) => {
  const name = 'Année & more offers';
  const two: readonly Partial<CreateCampaignInput>[] = [
    { name: `${name} in Delhi`, template: 'Hello to all of you', idempotencyKey: 'key of Delhi' },
    { name: `${name} in Mumbai`, template: 'Prices fall by half', idempotencyKey: 'key of Mumbai' },
  ];

  it.each([
    ['texts', two.map((one) => ({ ...one, name }))],
    ['lists', two.map((one, index) => ({ ...one, name, template: 'Hello', lists: [`list ${index}`] }))],
    ['texts and names', two],
    [
      'senders',
      two.map((one, index) => ({ ...one, name, template: 'Hello', senderId: `EXOTE${'AB'[index] ?? ''}` })),
    ],
  ])('gets its own campaign in swapped responses of two that differ in their %s', async (_what, inputs) => {
    const held: ((row: Row) => void)[] = [];
    rows = [];
    const { gateway, methods } = await startScripted((request, response) => {
      if (request.method !== 'POST') return answerOf(rows);
      const made = rowOf(request, { sid: `made ${rows.length}` });
      const { name: sent } = JSON.parse(request.body) as { readonly name: string };
      const row = { ...made, name: rewrite(sent) };
      rows.push(row);
      held.push((other) => response.end(JSON.stringify(answerOf([other]).json)));
      if (held.length === 2) rows.forEach((each, index) => held[1 - index]?.(each));
      return undefined;
    });
    const asked = inputs.map((input) => ({ ...diwali, ...input }));
    const sids = await Promise.all(asked.map((input) => createdSid(gateway, input)));
    const made = sids.map((sid) => rows.find((row) => row.sid === sid) as Readonly<Record<string, unknown>>);
    expect(made.map((row) => [row['template'], row['lists'], row['sender_id']])).toEqual(
      asked.map(({ template, lists, senderId }) => [template, lists, senderId]),
    );
    expect(methods().filter((method) => method === 'POST')).toHaveLength(2);
  });

  it('gets its own campaign where its response has a new one with another text', async () => {
    const upstream = await startMixingUp((made) => {
      const own = Object.assign(made, { name: rewrite(name) });
      const other = { ...own, sid: 'foreign', template: 'Hello' };
      rows.unshift(other);
      return other;
    });
    expect(await createdSid(upstream.gateway, keyed('one', { name }))).toBe('made 0');
    expect(posts(upstream)).toBe(1);
  });
});

describe('a create whose campaign the upstream has changed', () => {
  it.each<[what: string, changes: Readonly<Record<string, unknown>>]>([
    ['a name in capitals', { name: 'OFFER_OF_ONE' }],
    ['a name with more after it', { name: 'Offer of one (1)' }],
    ['a text that was cut', { template: 'Text of' }],
    ['a text with more before it', { template: '[Ad] Text of one' }],
    ['another sender', { sender_id: 'BRAND' }],
    ['another SMS type', { sms_type: 'transactional_opt_in' }],
    [
      'another schedule',
      { schedule: { start_time: '2030-01-01T00:00:00Z', end_time: '2030-02-01T00:00:00Z' } },
    ],
  ])('%s: accepted without a further call', async (_what, changes) => {
    const upstream = await startMixingUp((made) => Object.assign(made, changes));
    expect(await createdSid(upstream.gateway, keyed('one'))).toBe('made 0');
    expect(upstream.methods()).toEqual(['POST']);
  });

  it.each<[what: string, changes: Readonly<Record<string, unknown>>]>([
    ['a name that nobody sent', { name: 'C-4711' }],
    ['lists by other ids', { lists: ['4711'] }],
    ['a text that nobody sent', { template: '4711' }],
    ['nothing but its sid', { name: '', template: '', lists: [] }],
    ['no lists', { lists: [] }],
  ])('%s: accepted after the list shows no other candidate', async (_what, changes) => {
    const upstream = await startMixingUp((made) => Object.assign(made, changes));
    expect(await createdSid(upstream.gateway, keyed('one'))).toBe('made 0');
    expect(await createdSid(upstream.gateway, keyed('one'))).toBe('made 0');
    expect(posts(upstream)).toBe(1);
  });
});

describe('an update or action whose response has another campaign', () => {
  it('returns its own campaign from a new read', async () => {
    const own = rowOf(
      { method: 'POST', target: '', headers: {}, body: '{"name":"Before","template":"Hi"}' },
      {
        lists: ['a'],
        content_type: 'static',
        sms_type: 'transactional',
        sender_id: 'A',
      },
    );
    const { gateway, methods } = await startScripted(({ method }) => {
      if (method !== 'PUT') return answerOf(own);
      Object.assign(own, { status: 'paused' });
      return answerOf({ ...own, sid: 'foreign', name: 'Newsletter' });
    });
    expect(await change(gateway, 'pause', own.sid)).toMatchObject({
      sid: own.sid,
      name: 'Before',
      codes: [],
    });
    expect(methods()).toEqual(['GET', 'PUT', 'GET']);
  });
});
