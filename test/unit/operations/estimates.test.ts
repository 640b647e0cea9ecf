import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { campaignFromWire } from '../../../src/datasources/exotel/mapping/campaign.js';
import { messageFromWire } from '../../../src/datasources/exotel/mapping/message.js';
import { MemoryTier } from '../../../src/datasources/cache/memory-tier.js';
import { EntryReference } from '../../../src/datasources/cache/read-report.js';
import { MemoryState } from '../../../src/datasources/state/memory-state.js';
import { entryBytes, textBytes, entryLimit } from '../../../src/domain/entry-size.js';
import { UpstreamFailure } from '../../../src/domain/upstream-failure.js';
import { CostCheck } from '../../../src/operations/cost/operation-cost.js';
import { createSchema } from '../../../src/resolvers/schema.js';
import { preparedDocuments } from '../../support/operations/prepared.js';
import { ResponseCache } from '../../../src/operations/response-cache.js';
import { RequestCounts } from '../../../src/server/limits/request-counts.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Memory in use after garbage collection, in and outside of the heap. Suites before this one leave garbage in the
 * process which is freed only some turns of the event loop later, therefore it collects until nothing more is freed.
 */
async function usedBytes(): Promise<number> {
  let [before, bytes] = [Infinity, 0];
  for (let times = 0; times < 20 && Math.abs(before - bytes) > 20_000; times += 1) {
    if (times > 0) before = bytes;
    await nextTurn();
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    bytes = heapUsed + external;
  }
  return bytes;
}

/** A flat copy of a text, which shares no memory with others. */
const text = (wanted: string): string => Buffer.from(wanted).toString();
/** An Indian letter: V8 stores a text that contains it with two bytes per character. */
const wide = '\u0928';
const count = 4000;
const plenty = 2 ** 40;

function campaign(index: number, template: string) {
  const number = String(index).padStart(12, '0');
  const read = campaignFromWire(
    JSON.parse(
      JSON.stringify({
        sid: `sid-of-a-campaign-${number}`,
        account_sid: 'exotel1',
        name: `campaign ${number}`,
        content_type: 'static',
        lists: [`list-of-contacts-${number}`],
        status: 'Created',
        state: 'active',
        schedule: { start_time: '2026-05-01T15:30:00+05:30', end_time: null },
        template: template + number,
        sms_type: 'transactional',
        sender_id: 'EXOTEL',
        dlt_entity_id: `1${number}`,
        dlt_template_id: `2${number}`,
        status_callback: `https://example.com/webhooks/exotel/campaign/a-long-and-random-token-${number}`,
        stats: { sent: index, failed: index },
        date_created: '2026-05-01T15:30:00+05:30',
        date_updated: new Date(Date.UTC(2026, 4, 1) + index * 1000).toISOString(),
      }),
    ),
    { accountSid: 'exotel1', fetchedAt: text(new Date(index).toISOString()) },
  );
  if (!read) throw new Error('the campaign cannot be read');
  return read;
}

function message(index: number, body: string) {
  const sid = `sid-of-a-message-${String(index).padStart(12, '0')}`;
  const read = messageFromWire(
    JSON.parse(JSON.stringify({ sid, number: `+91${index}`, name: sid, body: body + sid, status: 'sent' })),
    'sid-of-a-campaign',
  );
  if (!read) throw new Error('the message cannot be read');
  return read;
}

/** A cache with these values, and its estimated size. */
function keptOf(value: (index: number) => object) {
  const kept = new MemoryTier<object>({ maximumEntries: count, maximumBytes: plenty });
  for (let index = 0; index < count; index += 1)
    kept.set(text(`a key of some length ${index}`), {
      value: value(index),
      readAtMs: Date.now() + index,
      version: Date.now() * 1000 + index,
    });
  return { held: kept, estimate: kept.size.bytes };
}

function answersOf(bodyBytes: number, readings: number) {
  const source = { freshForMs: () => 1 };
  const kept = new ResponseCache({ maximumBytes: plenty, telemetry: { responseLookedUp: () => undefined } });
  for (let index = 0; index < count; index += 1)
    kept.store(text(`7 */*\n{"query":"{ campaign(sid: \\"${index}\\") { sid } }"}`), {
      body: Buffer.alloc(bodyBytes),
      encoded: {},
      contentType: 'application/json',
      operationName: undefined,
      hasMessages: false,
      dependsOnCaller: false,
      cacheTag: undefined,
      entries: Array.from({ length: readings }, () => new EntryReference(source, 'key', 1)),
    });
  return { held: kept, estimate: kept.size.bytes };
}

/** A state whose memory limit is its estimate. */
async function stateOf(record: string) {
  const state = new MemoryState(() => 0, plenty);
  for (let index = 0; index < count; index += 1)
    await state.insert(text(`create:${index}`), text(record + String(index)), 1e9);
  const each = entryBytes + 2 * 24 + textBytes(record) - 24 + 4 + 11;
  return { held: state, estimate: count * each };
}

function rememberedOf() {
  const cache = new LRUCache<string, string>(entryLimit(count));
  for (let index = 0; index < count; index += 1) cache.set(text(String(index).padStart(22, 'x')), 'SENT');
  return { held: cache, estimate: count * (entryBytes + 40) };
}

/** Counts of requests by callers with such names. */
function countsOf(name: string) {
  const counts = new RequestCounts({ limit: 1, windowMs: 60_000, maximumBytes: plenty, now: () => 0.5 });
  for (let index = 0; index < count; index += 1) counts.take(text(`${name} ${index}`));
  return { held: counts, estimate: counts.bytes };
}

const schema = await createSchema();
const fields = Array.from('abcdefghijklmnopqrst').join(' ');
const documents = {
  'a short query': (index: number) => `{ campaign(sid: "${index}") { sid } }`,
  'a query as apps send it': (index: number) =>
    `query Q${index}($sid: ID!) { campaign(sid: $sid) { sid name stats { total sent } messages { totalCount edges { cursor node { sid number status } } } } }`,
  'many aliases': (index: number) =>
    `{ ${Array.from({ length: 90 }, (_, each) => `a${each}: campaign(sid: "${index}-${each}") { sid name }`).join(' ')} }`,
  'many fields': (index: number) =>
    `{ ${Array.from({ length: 290 }, (_, each) => `a${each}: campaign(sid: "${index}") { id sid name state status channel template senderId createdAt updatedAt }`).join(' ')} }`,
  'many numbers': (index: number) => `{ campaign(sid: "${index}", a: [${'1,'.repeat(1900)}]) { sid } }`,
  'many lists': (index: number) => `{ campaign(sid: "${index}", a: [${'[],'.repeat(900)}]) { sid } }`,
  'many variables': (index: number) =>
    `query Q${index}(${Array.from({ length: 300 }, (_, each) => `$v${each}: ID`).join(' ')}) { __typename }`,
  'many operations': (index: number) =>
    Array.from({ length: 30 }, (_, each) => `query Q${index}_${each} { campaign(sid: "a") { sid } }`).join(
      ' ',
    ),
  'many mistakes': (index: number) => `{ a${index} ${fields} }`,
  'many conflicts': (index: number) =>
    `{ ${Array.from({ length: 40 }, (_, each) => `a${each % 3}: campaign(sid: "${index}-${each}") { sid }`).join(' ')} }`,
} as const;

/** Prepared documents, each operation checked with as many variables as are cached. */
function preparedOf(documentOf: (index: number) => string, size: number) {
  const prepared = preparedDocuments(schema);
  const cost = new CostCheck({
    limit: 30,
    windowRows: { campaigns: { rows: 50 }, messages: { rows: 50 } },
    maximumValues: 0,
    maximumBytes: 0,
  });
  for (let index = 0; index < size; index += 1) {
    const each = prepared.prepare(documentOf(index));
    if (each.problems.length > 0) continue;
    for (const { name } of each.document.definitions as OperationDefinitionNode[]) {
      const operation = each.operation(name?.value);
      for (let first = 0; first < 20; first += 1) cost.check(operation, { sid: 'a', first });
    }
  }
  return { held: prepared, estimate: prepared.size.bytes };
}

/** Prepared documents whose queries were compiled and have run. */
async function compiledOf(documentOf: (index: number) => string, size: number) {
  const prepared = preparedDocuments(schema);
  for (let index = 0; index < size; index += 1) {
    const compiled = prepared.compiled(prepared.prepare(documentOf(index)).operation(undefined));
    expect(compiled).toBeDefined();
    await compiled?.run({ sid: 'a' }, {});
  }
  return { held: prepared, estimate: prepared.size.bytes };
}

interface Held {
  readonly held: object;
  readonly estimate: number;
}

describe('the estimated size of stored values is at least their memory', () => {
  it.each<[string, () => Held | Promise<Held>]>([
    ['unknown sids', () => keptOf(() => ({ campaign: null }))],
    ['campaigns', () => keptOf((index) => ({ campaign: campaign(index, 'Dear customer, ') }))],
    ['campaigns with long texts', () => keptOf((index) => ({ campaign: campaign(index, wide.repeat(900)) }))],
    ['empty lists', () => keptOf((offset) => ({ offset, limit: 50, total: 2 ** 40 + offset, rows: [] }))],
    [
      'messages',
      () => keptOf((index) => ({ offset: index, limit: 50, total: 1, rows: [message(index, 'Hello')] })),
    ],
    ['messages with long texts', () => keptOf((index) => ({ rows: [message(index, wide.repeat(900))] }))],
    [
      'unreadable rows',
      () =>
        keptOf((index) => ({
          rows: [new UpstreamFailure('invalidResponse', { sid: text(`sid ${index}`) })],
        })),
    ],
    ['short responses', () => answersOf(50, 1)],
    ['long responses', () => answersOf(8000, 1)],
    ['responses with many cache entries', () => answersOf(50, 50)],
    ['creates', () => stateOf('x'.repeat(1000))],
    ['creates with wide characters', () => stateOf(wide.repeat(1000))],
    ['reserved sids', () => stateOf('an-id-of-a-create')],
    ['messages with a callback', rememberedOf],
    ['requests of callers', () => countsOf('address 203.0.113')],
    ['requests of callers with long names', () => countsOf(wide.repeat(250))],
  ])('%s', async (_what, keep) => {
    const before = await usedBytes();
    const { held, estimate } = await keep();
    const bytes = (await usedBytes()) - before;
    expect(held).toBeDefined();
    expect(bytes).toBeGreaterThan(count * 50); // otherwise nothing was measured
    expect(bytes).toBeLessThan(estimate);
  });
});

describe('the estimated size of prepared documents is at least their memory', () => {
  const measured = async (keep: () => Held | Promise<Held>) => {
    const before = await usedBytes();
    const { held, estimate } = await keep();
    const bytes = (await usedBytes()) - before;
    expect(held).toBeDefined();
    expect(bytes).toBeLessThan(estimate);
    return bytes;
  };

  it.each(Object.entries(documents))('%s, prepared', async (_what, documentOf) => {
    const size = Math.ceil(60_000 / (documentOf(0).length + 500));
    expect(await measured(() => preparedOf(documentOf, size))).toBeGreaterThan(size * 3000);
  });

  it.each(['a short query', 'a query as apps send it', 'many aliases'] as const)(
    '%s, compiled',
    async (what) => {
      const size = what === 'many aliases' ? 20 : 200;
      expect(await measured(() => compiledOf(documents[what], size))).toBeGreaterThan(size * 3000);
    },
  );
});
