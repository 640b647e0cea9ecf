import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CreateCampaignInput } from '../../../operations/generated.js';
import { ask } from '../../../support/clients/ask.js';
import { answerOf, create, diwali, rowOf } from '../../../support/writing/creating.js';
import { startScripted, type ScriptedUnderTest } from '../../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../../support/gateway/gateway-under-test.js';
import { type SeenRequest } from '../../../support/upstream/scripted-upstream.js';
import { runsOf } from '../../../support/property-runs.js';

type Row = Readonly<Record<string, unknown>> & { readonly sid: string };

/** All campaigns of the upstream. */
let rows: Row[] = [];
/** Answers a POST, with the campaign that it has made. */
let answer: (made: Row, send: (row: object) => void) => void;
let made = 0;
let posts = 0;
/** Of the reads of one campaign. */
let isReadable = true;

const publicUrl = 'https://gateway.example.com';
const gateways = new Map<string, ScriptedUnderTest>();
const gatewayOf = (which: string): GatewayUnderTest => {
  const found = gateways.get(which);
  if (!found) throw new Error(`no gateway ${which}`);
  return found.gateway;
};

beforeAll(async () => {
  const script = (request: SeenRequest, response: { end: (text: string) => unknown }) => {
    const sid = /message-campaigns\/([^/?]+)/.exec(request.target)?.[1];
    if (request.method !== 'POST' && sid === undefined) return answerOf(rows);
    if (request.method !== 'POST')
      return isReadable ? answerOf(rows.find((row) => row.sid === sid) ?? {}) : { status: 503, json: {} };
    const row = rowOf(request, { sid: `made-${(made += 1)}` });
    posts += 1;
    rows.unshift(row);
    answer(row, (other) => response.end(JSON.stringify(answerOf([{ ...other }]).json)));
    return undefined;
  };
  gateways.set('without callback addresses', await startScripted(script));
  gateways.set(
    'with callback addresses',
    await startScripted(script, {
      PUBLIC_URL: publicUrl,
      WEBHOOK_SECRET: 'as long as a password',
    }),
  );
});

let inputs = 0;
const newInput = (changes: Partial<CreateCampaignInput> = {}): CreateCampaignInput => {
  const words = ['Alpha beta', 'Quiz zone'][(inputs += 1) % 2] ?? '';
  return { ...diwali, name: `${words} ${inputs}`, template: `Hello ${words} ${inputs}`, ...changes };
};

/** Keys that an answer may lack, or have as null or blank. */
const fields = [
  ...[
    'name',
    'template',
    'lists',
    'content_type',
    'sender_id',
    'sms_type',
    'schedule',
    'status',
    'date_created',
  ],
  ...['dlt_entity_id', 'dlt_template_id', 'status_callback', 'sms_status_callback', 'account_sid', 'channel'],
] as const;
type Lack = 'missing' | 'null' | 'blank';

const lacking = (row: Row, lacks: Readonly<Record<string, Lack>>): object => {
  const lacked = Object.entries(lacks).map(([key, lack]) => {
    const blank = key === 'lists' ? [] : '';
    return [key, { missing: undefined, null: null, blank }[lack]];
  });
  return { ...row, ...Object.fromEntries(lacked) } as object; // undefined is left out of the JSON
};

const someLacks = fc.dictionary(
  fc.constantFrom(...fields),
  fc.constantFrom<Lack>('missing', 'null', 'blank'),
  { noNullPrototype: true },
);
const gatewayNames = fc.constantFrom('without callback addresses', 'with callback addresses');

/** A campaign of somebody else, a month old. */
function foreignRow(callback: string | null): Row {
  const at = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const [status_callback, sms_status_callback] = [callback, callback];
  return {
    ...{ sid: `foreign-${(made += 1)}`, name: `Foreign ${made}`, template: 'Foreign text', lists: ['q'] },
    ...{ content_type: 'dynamic', sender_id: 'QQQQQQ', sms_type: 'promotional', status: 'completed' },
    ...{ date_created: at, date_updated: at, status_callback, sms_status_callback },
  };
}

/** The sid that a create got is of a campaign with the text that it sent, or the outcome is unknown. */
async function expectOwn(gateway: GatewayUnderTest, input: CreateCampaignInput): Promise<void> {
  const { sid, codes } = await create(gateway, input);
  const isUnknown = codes[0] === 'OUTCOME_UNKNOWN' || codes[0] === 'UPSTREAM_INVALID_RESPONSE';
  if (isUnknown) expect(sid).toBeUndefined();
  else expect(rows.find((row) => row.sid === sid)).toMatchObject({ template: input.template });
  expect(rows.filter(({ template }) => template === input.template)).toHaveLength(1);
}

describe('an answer to a create that lacks fields', () => {
  it('and has the campaign of another program: never taken for its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        gatewayNames,
        someLacks,
        fc.constantFrom(null, 'https://z.example/1'),
        fc.boolean(),
        fc.boolean(),
        async (which, lacks, callback, isKeyed, canRead) => {
          const other = foreignRow(callback);
          [rows, isReadable] = [[other], canRead];
          answer = (_own, send) => {
            send(lacking(other, lacks));
          };
          const input = newInput(isKeyed ? { idempotencyKey: `key ${made}` } : {});
          await expectOwn(gatewayOf(which), input);
          isReadable = true;
          if (isKeyed) await expectOwn(gatewayOf(which), input);
        },
      ),
      { numRuns: runsOf(30) },
    );
  });

  it('and is swapped with the answer to another create: each gets its own', async () => {
    await fc.assert(
      fc.asyncProperty(gatewayNames, someLacks, fc.boolean(), async (which, lacks, isKeyed) => {
        const held: [Row, (row: object) => void][] = [];
        [rows, isReadable] = [[], true];
        answer = (own, send) => {
          held.push([own, send]);
          if (held.length !== 2) return;
          const [[one, toOne], [two, toTwo]] = held as [(typeof held)[0], (typeof held)[0]];
          toOne(lacking(two, lacks));
          toTwo(lacking(one, lacks));
        };
        const both = [newInput(), newInput()].map((input, index) =>
          isKeyed ? { ...input, idempotencyKey: `swapped ${made} ${index}` } : input,
        );
        await Promise.all(both.map((input) => expectOwn(gatewayOf(which), input)));
      }),
      {
        numRuns: runsOf(25),
        examples: (['missing', 'null'] as const).flatMap(
          (lack): [string, Record<string, Lack>, boolean][] => [
            ['with callback addresses', { sms_status_callback: lack }, true],
            ['with callback addresses', { sms_status_callback: lack, status_callback: lack }, false],
            ['without callback addresses', { name: 'blank', template: 'blank', lists: lack }, true],
          ],
        ),
      },
    );
  });

  it('and has its own campaign: accepted, with one POST', async () => {
    await fc.assert(
      fc.asyncProperty(gatewayNames, someLacks, async (which, lacks) => {
        [rows, isReadable, posts] = [[], true, 0];
        answer = (own, send) => {
          send(lacking(own, lacks));
        };
        const { sid, codes } = await create(gatewayOf(which), newInput());
        expect({ sid, codes, posts }).toEqual({ sid: rows[0]?.sid, codes: [], posts: 1 });
      }),
      { numRuns: runsOf(25) },
    );
  });
});

describe('an answer to a create that names a campaign without showing whose it is', () => {
  it('keeps the campaign from an identical create that was lost', async () => {
    [rows, isReadable, posts] = [[], false, 0];
    const gateway = gatewayOf('without callback addresses');
    const input = newInput();
    const lost = { ...input, idempotencyKey: `lost ${made}` };
    const named = { ...input, idempotencyKey: `named ${made}` };
    answer = (_own, send) => {
      rows = []; // not made
      send({});
    };
    expect((await create(gateway, lost)).codes).toEqual(['OUTCOME_UNKNOWN']);
    answer = (own, send) => {
      send(lacking(own, { date_created: 'missing' }));
    };
    expect((await create(gateway, named)).codes).toEqual(['UPSTREAM_INVALID_RESPONSE']);

    isReadable = true;
    expect(await create(gateway, lost)).toMatchObject({ sid: undefined, codes: ['OUTCOME_UNKNOWN'] });
    expect(await create(gateway, named)).toMatchObject({ sid: rows[0]?.sid, codes: [] });
    expect(rows).toHaveLength(1);
  });
});

it.each(['name', 'template'])(
  'an answer to a create with the campaign of another program whose %s is too long to be a rewriting counts as lost',
  async (field) => {
    [rows, isReadable] = [[], true];
    answer = (own, send) => {
      const other = { ...own, sid: 'others', [field]: 'Dear customer, our offer has changed. '.repeat(40) };
      rows.push(other);
      send(other);
    };
    const { sid, codes } = await create(gatewayOf('without callback addresses'), newInput());
    expect({ sid, codes }).toEqual({ sid: rows[0]?.sid, codes: [] });
    expect(sid).not.toBe('others');
  },
);

describe('an answer to a create that has the same content', () => {
  it.each(Object.keys({ 'without callback addresses': 0, 'with callback addresses': 0 }))(
    'but was created more than a day before and has started, %s: its own campaign is found',
    async (which) => {
      [rows, isReadable] = [[], true];
      const at = new Date(Date.now() - 25 * 3_600_000).toISOString();
      answer = (own, send) => {
        const old = {
          ...own,
          sid: 'old',
          status: 'completed',
          date_created: at,
          status_callback: null,
          sms_status_callback: null,
        };
        rows.push(old);
        send(old);
      };
      const { sid, codes } = await create(gatewayOf(which), newInput());
      expect({ sid, codes }).toEqual({ sid: rows[0]?.sid, codes: [] });
    },
  );

  it('but the callback addresses of another create: each gets one, and no third is made', async () => {
    const held: [Row, (row: object) => void][] = [];
    [rows, isReadable] = [[], true];
    answer = (own, send) => {
      held.push([own, send]);
      if (held.length === 2)
        held.forEach(([, sendIt], index) => {
          sendIt(held[1 - index]?.[0] ?? {});
        });
    };
    const twin = newInput();
    const gateway = gatewayOf('with callback addresses');
    const received = await Promise.all([create(gateway, twin), create(gateway, twin)]);
    expect(received.flatMap(({ codes }) => codes)).toEqual([]);
    expect(new Set(received.map(({ sid }) => sid))).toEqual(new Set(rows.map(({ sid }) => sid)));
    expect(rows).toHaveLength(2);
  });

  it('and no message callback: the one that was sent is answered', async () => {
    [rows, isReadable] = [[], true];
    answer = (own, send) => {
      send(lacking(own, { sms_status_callback: 'missing' }));
    };
    const query = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { smsStatusCallback } } }`;
    const { data } = await ask<{ createCampaign: { campaign: { smsStatusCallback: string } } }>(
      gatewayOf('with callback addresses'),
      query,
      { variables: { input: newInput() } },
    );
    expect(data?.createCampaign.campaign.smsStatusCallback).toBe(rows[0]?.['sms_status_callback']);
    expect(data?.createCampaign.campaign.smsStatusCallback).toContain(publicUrl);
  });
});
