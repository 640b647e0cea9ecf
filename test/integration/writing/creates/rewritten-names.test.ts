import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { create, type CreateResult } from '../../../support/writing/creating.js';
import { type GatewayUnderTest, startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import {
  type Behaviour,
  type PostFate,
  RewritingUpstream,
} from '../../../support/upstream/rewriting-upstream.js';
import { validInput } from '../../../support/writing/valid-input.js';
import { runsOf, seedOf } from '../../../support/property-runs.js';

/** More runs, and other seeds, where somebody looks for what these don't find. */
const numRuns = runsOf(25);
const seed = seedOf(20_261_127);

let nowMs = Date.parse('2026-05-01T10:00:00Z');
let upstream: RewritingUpstream;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  upstream = await RewritingUpstream.start(() => nowMs);
  gateway = await startGatewayOn(
    upstream.baseUrl,
    { EXOTEL_TIMEOUT_MS: '600' },
    () => nowMs,
    async (ms) => {
      nowMs += ms;
      await new Promise(setImmediate);
    },
  );
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const spaces = [
  ' ',
  '  ',
  '\t',
  '\n',
  '\u00a0',
  '\u1680',
  '\u2003',
  '\u2028',
  '\u202f',
  '\u3000',
  '\u200b',
  '\ufeff',
];
const anyPiece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('Diwali', 'Big', 'Sale', 'offer', '2026', 'A', 'b', '7', 'Straße', 'Café'),
  },
  { weight: 3, arbitrary: fc.constantFrom(...spaces) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('&', '&amp;', '<b>', '"', "'", '%20', '+', '_', '-', '(', '.', '\\', '?'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '🎉',
      '❤️',
      '👩‍👩‍👧',
      'दिवाली',
      'नमस्ते',
      'தீபாவளி',
      'e\u0301',
      'o\u0308\u0323',
      'ﬁ',
      'İ',
      'Σς',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }) },
);
const isName = (name: string): boolean =>
  [...name.trim()].length > 3 && name.isWellFormed() && !name.includes('\0') && [...name].length <= 300;
const anyName = fc
  .oneof(
    fc.array(anyPiece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.array(anyPiece, { minLength: 30, maxLength: 60 }).map((pieces) => pieces.join('').slice(0, 280)),
  )
  .map((name) => name.toWellFormed())
  .filter(isName);

/** Names that a rewriting may make the same. */
const similar: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name,
  (name) => name.replaceAll(' ', '  '),
  (name) => ` ${name}`,
  (name) => `${name} 2`,
  (name) => name.toUpperCase(),
  (name) => name.replaceAll(' ', '_'),
  (name) => name.replaceAll('&', '&amp;'),
  (name) => name.normalize('NFD'),
  (name) => name.slice(0, 24).toWellFormed(),
];

const escaped: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const rewritings: readonly ((name: string, length: number) => string)[] = [
  (name) => name.replaceAll(/\s+/g, ' '),
  (name) => name.trim(),
  (name) => name.replaceAll(/[&<>"']/g, (character) => escaped[character] ?? ''),
  (name, length) => name.slice(0, length),
  (name, length) => Buffer.from(name).subarray(0, length).toString(),
  (name) => name.replaceAll(/\s/g, '_'),
  (name) => name.replaceAll(' ', '+'),
  (name) => name.replaceAll(/[^\x20-\x7e]/g, '?'),
  (name) => name.replaceAll(/[^\p{L}\p{N}\p{M} ]/gu, ''),
  (name) => name.toUpperCase(),
  (name) => name.toLowerCase(),
  (name) => name.normalize('NFC'),
  (name) => name.normalize('NFD'),
  (name) => encodeURIComponent(name),
  (name) => Buffer.from(name).toString('latin1'),
  (name) => name.replaceAll(/[\p{S}\p{P}]/gu, ''),
  (name) => `${name} (1)`,
  () => 'Campaign',
];
/** After it nothing of a name is left. */
const replacing = rewritings.length - 1;
type Rewritings = Pick<Behaviour, 'rewrite' | 'rewriteText'>;
const keep = (text: string): string => text;
const anyRewriting: fc.Arbitrary<Rewritings> = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(replacing), fc.integer({ min: 3, max: 120 })), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([steps, isTextToo]) => {
    const rewrite = (name: string): string =>
      steps.reduce(
        (text, [index, length]) =>
          (rewritings[index]?.(text, Math.max(isTextToo ? 20 : 0, length)) ?? text).toWellFormed(),
        name.toWellFormed(),
      );
    const isReplaced = steps.some(([index]) => index === replacing);
    return { rewrite, rewriteText: isTextToo && !isReplaced ? rewrite : keep };
  });

const anyFate = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<PostFate[]>('answered', 'answered in gzip') },
  { weight: 3, arbitrary: fc.constantFrom<PostFate[]>('reset', 'unavailable', 'gateway timeout') },
  {
    weight: 5,
    arbitrary: fc.constantFrom<PostFate[]>(
      'done, reset',
      'done, unavailable',
      'done, broken off',
      'done, garbage',
      'done, undecodable',
      'late, reset',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<PostFate[]>('hang', 'done, hang', 'late, hang') },
);
const minute = 60_000;
const behaviourWith = (anyOf: fc.Arbitrary<Rewritings>): fc.Arbitrary<Behaviour> =>
  fc.tuple(anyOf, anyFaults).map(([rewriting, faults]) => ({ ...rewriting, ...faults }));
const anyFaults: fc.Arbitrary<Omit<Behaviour, keyof Rewritings>> = fc.record({
  clockAheadMs: fc.integer({ min: -5 * minute, max: 5 * minute }),
  isSearchExact: fc.boolean(),
  fates: fc.array(anyFate, { minLength: 1, maxLength: 8 }),
  failingLists: fc.array(fc.boolean(), { maxLength: 3 }),
});

const template = 'Héllo “you” & me: 50% off № 7, नमस्ते 🎉';

interface CreateRequest {
  readonly name: string | null;
  readonly key: string | null;
  /** How often it is asked for at once, and how often after that. */
  readonly atOnce: number;
  readonly repeats: number;
}

let keys = 0;
const anyWishes = fc
  .tuple(
    anyName,
    fc.array(
      fc.record({
        variant: fc.option(fc.nat(similar.length - 1), { freq: 6 }),
        hasKey: fc.boolean(),
        atOnce: fc.constantFrom(1, 1, 2),
        repeats: fc.nat(2),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(
    ([base, requests]) =>
      (): CreateRequest[] =>
        requests.map(({ variant, hasKey, atOnce, repeats }) => {
          const name = variant === null ? null : (similar[variant]?.(base) ?? base);
          return {
            name: name !== null && isName(name) ? name : name === null ? null : base,
            key: hasKey ? `key ${(keys += 1)}` : null,
            atOnce: hasKey ? atOnce : 1,
            repeats: hasKey ? repeats : 0,
          };
        }),
  );

const ask = ({ name, key }: CreateRequest): Promise<CreateResult> =>
  create(gateway, { ...validInput, template, name, idempotencyKey: key });

/** All that is answered to one wish. */
async function sidsOf(wanted: CreateRequest): Promise<string[]> {
  const received = await Promise.all(Array.from({ length: wanted.atOnce }, () => ask(wanted)));
  for (let repeat = 0; repeat < wanted.repeats; repeat += 1) received.push(await ask(wanted));
  return received.flatMap(({ sid }) => (sid === undefined ? [] : [sid]));
}

/** Of creates that the upstream shows the same in every letter each may have the campaign of any. */
const shownName = (sid: string): unknown => upstream.rows.find((row) => row.sid === sid)?.data['name'];
const bodyOf = (sid: string): string => upstream.rows.find((row) => row.sid === sid)?.body ?? 'none';
const nameIn = (body: string): string => (JSON.parse(body) as { readonly name: string }).name;
const isMade = (name: string): boolean => /^acme \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [0-9a-z]{8}$/.test(name);

function expectNoneTwice(
  { rewrite }: Behaviour,
  requests: readonly CreateRequest[],
  answers: readonly (readonly string[])[],
): void {
  const asked = new Map<string, number>();
  for (const { name } of requests) {
    const shown = name === null ? '' : rewrite(name);
    asked.set(shown, (asked.get(shown) ?? 0) + 1);
  }
  const made = new Map<string, number>();
  for (const { sid, body } of upstream.rows) {
    const name = isMade(nameIn(body)) ? '' : String(shownName(sid));
    made.set(name, (made.get(name) ?? 0) + 1);
  }
  for (const [name, count] of made) expect([name, count <= (asked.get(name) ?? 0)]).toEqual([name, true]);
  const known = new Set<string>();
  for (const [index, sids] of answers.entries()) {
    const [sid] = new Set(sids);
    if (sid === undefined) continue;
    expect(new Set(sids).size).toBe(1);
    expect(known.has(sid)).toBe(false);
    known.add(sid);
    const name = requests[index]?.name ?? null;
    if (name === null) expect(isMade(nameIn(bodyOf(sid)))).toBe(true);
    else expect(shownName(sid)).toBe(rewrite(name));
  }
}

async function live(behaviour: Behaviour, requests: readonly CreateRequest[]): Promise<string[][]> {
  nowMs += 2 * 60 * minute; // what was lost in another run is too old to be taken for anything of this one
  upstream.begin(behaviour);
  const answers = await Promise.all(requests.map(sidsOf));
  expectNoneTwice(behaviour, requests, answers);
  upstream.heal();
  nowMs += minute;
  for (const [index, wanted] of requests.entries())
    if (wanted.key !== null) answers[index]?.push(...(await sidsOf(wanted)));
  expectNoneTwice(behaviour, requests, answers);
  return answers;
}

describe('on any upstream that rewrites names and loses responses (property)', () => {
  it('no create makes two campaigns or gets the campaign of another', async () => {
    await fc.assert(
      fc.asyncProperty(behaviourWith(anyRewriting), anyWishes, async (behaviour, requests) => {
        await live(behaviour, requests());
      }),
      { numRuns, seed },
    );
  }, 600_000);

  it('if names are unchanged, every create with a key creates one campaign in the end', async () => {
    const keeping = fc.constant({ rewrite: keep, rewriteText: keep });
    await fc.assert(
      fc.asyncProperty(behaviourWith(keeping), anyWishes, async (behaviour, requests) => {
        // Where two differ in what a layer may rewrite, nobody can tell whose the one that is there is.
        const wished = requests().map((wanted, index) => ({
          ...wanted,
          name: wanted.name && `${index} ${wanted.name}`,
        }));
        const answers = await live(behaviour, wished);
        for (const [index, { key }] of wished.entries())
          if (key !== null) expect(answers[index]).not.toEqual([]);
      }),
      { numRuns, seed },
    );
  }, 600_000);
});
