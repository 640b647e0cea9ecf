import { describe, expect, it } from '@jest/globals';
import { type ScriptedUnderTest, startScripted } from '../../../support/gateway/setup.js';
import { answerOf, create, diwali, keyed, rowOf } from '../../../support/writing/creating.js';

type Stored = Readonly<Record<string, unknown>>;

/** Callback addresses of a campaign of another program, which has the same name and content. */
const callbacks = {
  'null as its callback addresses': { status_callback: null, sms_status_callback: null },
  'no callback keys': { status_callback: undefined, sms_status_callback: undefined },
} as const;
type Callbacks = (typeof callbacks)[keyof typeof callbacks];

const publicly = { PUBLIC_URL: 'https://gateway.example.com', WEBHOOK_SECRET: 'as long as a password' };
const ours = { statusCallback: 'https://our.example/a', smsStatusCallback: 'https://our.example/b' };

/**
 * An upstream where another program creates the same campaign at the moment of each POST, and whose answer is lost.
 * @param isDone whether the POST itself takes effect.
 * @param isFirst whether the campaign of the other program is first in the list.
 */
async function startBeside(
  others: Callbacks,
  {
    isDone,
    isFirst,
    environment,
  }: { isDone: boolean; isFirst: boolean; environment: Record<string, string> },
): Promise<ScriptedUnderTest> {
  const rows: Stored[] = [];
  return startScripted((request, response) => {
    if (request.method !== 'POST') return answerOf(rows);
    const made = isDone ? [rowOf(request, { sid: 'ours' })] : [];
    const other = rowOf(request, { sid: 'theirs', ...others });
    if (rows.length === 0) rows.push(...(isFirst ? [other, ...made] : [...made, other]));
    response.destroy();
    return undefined;
  }, environment);
}

const posts = ({ methods }: ScriptedUnderTest): number =>
  methods().filter((method) => method === 'POST').length;

const addresses = {
  'addresses of the gateway': { environment: publicly, input: diwali },
  'addresses of the caller': { environment: {}, input: { ...diwali, ...ours } },
};

describe.each(Object.entries(addresses))('a lost create with %s', (_whose, { environment, input }) => {
  it.each(
    Object.entries(callbacks).flatMap(([what, others]) =>
      [true, false].map((isFirst) => ({ what, others, isFirst })),
    ),
  )(
    'gets its own campaign beside one of another program with $what, first in the list: $isFirst',
    async ({ others, isFirst }) => {
      const upstream = await startBeside(others, { isDone: true, isFirst, environment });
      expect(await create(upstream.gateway, input)).toMatchObject({ sid: 'ours', codes: [] });
      expect(posts(upstream)).toBe(1);
    },
  );

  it('that was not done does not get the campaign of another program that shows no address', async () => {
    const others = callbacks['null as its callback addresses'];
    const upstream = await startBeside(others, { isDone: false, isFirst: true, environment });
    for (let repeats = 0; repeats < 2; repeats += 1) {
      const { codes } = await create(upstream.gateway, { ...input, idempotencyKey: keyed.idempotencyKey });
      expect(codes).toEqual(['OUTCOME_UNKNOWN']);
    }
    expect(posts(upstream)).toBe(1);
  });

  it('gets its campaign where a layer drops the callback keys', async () => {
    const upstream = await startScripted((request, response) => {
      if (request.method !== 'POST') return answerOf(stored);
      stored.push(rowOf(request, { sid: 'ours', ...callbacks['no callback keys'] }));
      response.destroy();
      return undefined;
    }, environment);
    const stored: Stored[] = [];
    expect(await create(upstream.gateway, input)).toMatchObject({ sid: 'ours', codes: [] });
    expect(posts(upstream)).toBe(1);
  });
});
