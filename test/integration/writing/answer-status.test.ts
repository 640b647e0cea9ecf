import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import {
  change,
  create,
  createdSid,
  countOf,
  diwali,
  posts,
  rowOf,
  answerOf,
} from '../../support/writing/creating.js';
import { setup, startScripted, type SandboxAndGateway } from '../../support/gateway/setup.js';

let both: SandboxAndGateway;
let fault: Fault | undefined;
beforeAll(async () => {
  both = await setup({ sandbox: { faults: ({ method }) => (method === 'GET' ? undefined : fault) } });
});

/** Statuses that do not certainly mean that nothing was done. */
const uncertain = [
  406, 407, 408, 418, 419, 420, 421, 423, 424, 425, 440, 444, 449, 450, 460, 463, 494,
].concat([
  495, 496, 497, 498, 499, 500, 501, 502, 503, 504, 509, 511, 520, 521, 525, 529, 530, 561, 598, 599,
]);

const inputOf = (name: string) => ({ ...diwali, name, idempotencyKey: name });

describe('a write that took effect, with a response status outside the closed list of refusals', () => {
  it.each(uncertain)('HTTP %i: the campaign is found, with one POST', async (status) => {
    const { sandbox, gateway } = both;
    const before = posts(sandbox);
    fault = { kind: 'status', status, when: 'after' };
    const name = `Answered with ${status}`;
    const sid = await createdSid(gateway, inputOf(name));
    expect(sandbox.state.find(sid)?.name).toBe(name);
    expect(await createdSid(gateway, inputOf(name))).toBe(sid);
    expect(posts(sandbox)).toBe(before + 1);
  });

  it.each(uncertain)('HTTP %i to an action: the action is done, with one PUT', async (status) => {
    const { sandbox, gateway } = both;
    const { sid } = sandbox.state.insert({ name: 'Before', startsAt: Date.now() + 3_600_000 });
    const before = countOf('PUT', sandbox);
    fault = { kind: 'status', status, when: 'after' };
    expect(await change(gateway, 'pause', sid)).toMatchObject({ sid, status: 'PAUSED', codes: [] });
    expect(countOf('PUT', sandbox)).toBe(before + 1);
  });

  it.each([425, 460, 499, 504])('item code %i inside a 200: the campaign is found', async (code) => {
    const rows: Record<string, unknown>[] = [];
    const { gateway, methods } = await startScripted((request) => {
      if (request.method !== 'POST') return answerOf(rows);
      rows.push(rowOf(request));
      const error_data = { code: 1001, message: 'm', description: 'd' };
      return { json: { http_code: 200, response: [{ code, status: 'failure', error_data, data: null }] } };
    });
    expect(await createdSid(gateway, diwali)).toBe('the-new-one');
    expect(methods()).toEqual(['POST', 'GET']);
  });

  it('a refusal around a success: the campaign is found', async () => {
    const rows: Record<string, unknown>[] = [];
    const { gateway, methods } = await startScripted((request) => {
      if (request.method !== 'POST') return answerOf(rows);
      rows.push(rowOf(request));
      return { status: 400, ...answerOf(rows) };
    });
    expect(await createdSid(gateway, diwali)).toBe('the-new-one');
    expect(methods()).toEqual(['POST', 'GET']);
  });
});

describe('a refusal that contradicts itself', () => {
  const cases = [200, 207, 400, 409, 422].flatMap((line) =>
    [undefined, 200, 400, 409].flatMap((httpCode) =>
      [null, 200, 400, 409].flatMap((itemCode) =>
        [null, 1002, 1008].flatMap((errorCode) =>
          ['failure', 'success'].flatMap((status) =>
            [true, false].map((hasData) => ({ line, httpCode, itemCode, errorCode, status, hasData })),
          ),
        ),
      ),
    ),
  );
  type Case = (typeof cases)[number];
  const isRefused = ({ line, httpCode = 200, itemCode, errorCode, status }: Case): boolean =>
    line >= 400 || httpCode >= 400 || (itemCode ?? 0) >= 400 || errorCode !== null || status === 'failure';
  const contradicts = ({ line, httpCode, itemCode, errorCode, status, hasData }: Case): boolean => {
    const refusals = new Set([line, httpCode, itemCode].filter((code) => code != null && code >= 400));
    const isDuplicate = refusals.has(409);
    return (
      hasData ||
      status === 'success' ||
      refusals.size > 1 ||
      itemCode === 200 ||
      (line >= 400 && httpCode === 200) ||
      (errorCode !== null && refusals.size > 0 && isDuplicate !== (errorCode === 1008))
    );
  };

  it('anywhere: the campaign is found, with one POST; any other is a refusal at once', async () => {
    const rows: Record<string, unknown>[] = [];
    let now: Case | undefined;
    let made = 0;
    const { gateway, methods } = await startScripted((request) => {
      if (request.method !== 'POST' || !now) return answerOf(rows);
      const row = rowOf(request, { sid: `made-${(made += 1)}` });
      const { line, httpCode, itemCode, errorCode, status, hasData } = now;
      if (contradicts(now)) rows.unshift(row);
      const error_data = errorCode && { code: errorCode, message: 'm', description: 'd' };
      const item = { code: itemCode, status, error_data, data: hasData ? row : null };
      return { status: line, json: { http_code: httpCode, response: [item] } };
    });
    for (now of cases.filter(isRefused)) {
      const before = methods().length;
      const name = `Answered ${JSON.stringify(now)}`;
      const { sid, codes } = await create(gateway, { ...diwali, name, template: name });
      const sent = methods()
        .slice(before)
        .filter((method) => method === 'POST').length;
      const isLost = contradicts(now);
      const isDuplicate = !isLost && [now.line, now.httpCode, now.itemCode].includes(409);
      const code = isDuplicate || (!isLost && now.errorCode === 1008) ? 'DUPLICATE' : 'REJECTED_BY_UPSTREAM';
      expect({ now, codes, sent }).toEqual({ now, codes: isLost ? [] : [code], sent: 1 });
      if (isLost) expect(rows.find((row) => row['sid'] === sid)).toMatchObject({ name });
      rows.length = 0;
    }
  });
});

describe('a status in the closed list of refusals', () => {
  it.each([400, 402, 405, 410, 411, 412, 413, 414, 415, 417, 422, 426, 428, 431, 451])(
    'HTTP %i: REJECTED_BY_UPSTREAM, one POST, and the key is free',
    async (status) => {
      const { sandbox, gateway } = both;
      const before = posts(sandbox);
      const input = inputOf(`Refused with ${status}`);
      fault = { kind: 'status', status };
      expect((await create(gateway, input)).codes).toEqual(['REJECTED_BY_UPSTREAM']);
      expect(posts(sandbox)).toBe(before + 1);
      fault = undefined;
      await createdSid(gateway, { ...input, template: 'Another text' });
    },
  );
});
