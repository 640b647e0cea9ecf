import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { documentedCampaign, documentedMessage } from '../../fixtures/documented-answer.js';
import { ask } from '../../support/clients/ask.js';
import { type ClientError } from '../../support/gateway/gateway-under-test.js';
import {
  allOfMessage,
  codesOf,
  enveloped,
  everything,
  item,
  type OddUpstream,
  startOddUpstream,
} from '../../support/upstream/odd-upstream.js';
import { runsOf } from '../../support/property-runs.js';

let odd: OddUpstream;
beforeAll(async () => {
  odd = await startOddUpstream();
});
afterAll(async () => {
  await odd.close();
});

/** Any JSON, with huge numbers, prototype keys and text of every character, halves of surrogate pairs too. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
});
const anyJson = fc.oneof(
  fc.jsonValue(),
  anyText,
  fc.constantFrom<unknown>(
    1e21,
    -1,
    2 ** 31,
    0.1,
    '',
    'null',
    '9'.repeat(400),
    '2026-01-01 00:00:00',
    [null],
    {},
  ),
  fc.dictionary(fc.constantFrom('__proto__', 'sent', 'failed-dnd', 'start_time', 'total'), fc.jsonValue()),
);

/** A sound row with a few of its keys set to anything. */
function spoilt(row: Record<string, unknown>) {
  const changes = fc.dictionary(fc.constantFrom(...Object.keys(row), 'id', 'novel'), anyJson, { maxKeys: 3 });
  return changes.map((change): unknown => item({ ...row, ...change }));
}

describe('any JSON value in any field (property)', () => {
  const onlyInvalid = (errors: readonly ClientError[] = []) =>
    errors.every(({ extensions }) => extensions?.code === 'UPSTREAM_INVALID_RESPONSE');

  it('a campaign is readable, or an error at the path of its row', async () => {
    const sound = item(documentedCampaign());
    const rows = fc.oneof(spoilt(documentedCampaign()), anyJson.map(item));
    await fc.assert(
      fc.asyncProperty(rows, async (row) => {
        odd.answers(enveloped([sound, row, sound], 3));
        const { data, errors } = await ask<{ campaigns: { nodes: ({ name: string } | null)[] } }>(
          odd.gateway,
          `{ campaigns(first: 3) { nodes { ${everything} } } }`,
        );
        const nodes = data?.campaigns.nodes ?? [];
        expect([nodes[0]?.name, nodes[2]?.name]).toEqual(['new camp', 'new camp']);
        expect((errors ?? []).map(({ path }) => path)).toEqual(nodes[1] ? [] : [['campaigns', 'nodes', 1]]);
        expect(onlyInvalid(errors)).toBe(true);
      }),
      { numRuns: runsOf(60) },
    );
  });

  it('a message is readable, or an error at the path of its row', async () => {
    const sound = item(documentedMessage());
    await fc.assert(
      fc.asyncProperty(spoilt(documentedMessage()), async (row) => {
        odd.answers(enveloped([sound, row], 2));
        const { data, errors } = await ask<{ campaign: { messages: { nodes: unknown[] } } }>(
          odd.gateway,
          `{ campaign(sid: "a") { messages(first: 2) { nodes { ${allOfMessage} } } } }`,
        );
        expect(data?.campaign.messages.nodes[0]).toMatchObject({ __typename: 'Message' });
        expect(onlyInvalid(errors)).toBe(true);
      }),
      { numRuns: runsOf(50) },
    );
  });

  it('any JSON as a response gives data or an UPSTREAM_ error', async () => {
    const keys = fc.constantFrom('response', 'metadata', 'request_id', 'other', '__proto__');
    const answers = fc.oneof(anyJson, fc.dictionary(keys, anyJson));
    await fc.assert(
      fc.asyncProperty(answers, async (json) => {
        odd.answers(JSON.stringify(json));
        const { errors } = await ask(odd.gateway, `{ campaign(sid: "a") { ${everything} } }`);
        expect(codesOf(errors).filter((code) => !String(code).startsWith('UPSTREAM_'))).toEqual([]);
      }),
      { numRuns: runsOf(60) },
    );
  });
});
