import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'graphql';
import { WebSocket } from 'ws';
import {
  type Actions,
  clients,
  type ErrorsModule,
  failed,
  type FetchModule,
  left,
  type Operations,
  refusal,
} from '../../support/frontend/frontend-clients.js';
import { type FrontendPage, startFrontendPage } from '../../support/frontend/frontend-page.js';
import { type PageApplication } from '../../support/frontend/page-blocks.js';
import { validInput } from '../../support/writing/valid-input.js';

let page: FrontendPage;
let app: FrontendPage['app'];

beforeAll(async () => {
  Object.assign(globalThis, { WebSocket }); // as in a browser; Node 20 has none
  page = await startFrontendPage();
  ({ app } = page);
});
afterEach(() => {
  for (const leave of left.splice(0)) leave();
});
afterAll(async () => {
  await page.close();
  Reflect.deleteProperty(globalThis, 'WebSocket');
});

/** Each client's way to create, as the page shows it. */
const sendersOfCreates = [
  {
    client: 'Apollo Client',
    create: async (one: PageApplication) =>
      (await one.load<Actions>('apollo-page')).createCampaign({ ...validInput }),
  },
  {
    client: 'urql',
    create: async (one: PageApplication) =>
      (await one.load<Actions>('urql-page')).createCampaign({ ...validInput }),
  },
  {
    client: 'plain fetch',
    create: async (one: PageApplication) => {
      const { send } = await one.load<FetchModule>('fetch');
      const { CreateCampaignDocument } = await one.load<Operations>('operations');
      const answer = await send(CreateCampaignDocument, { input: validInput });
      if (answer.errors) throw Object.assign(new Error('refused'), answer);
      return answer;
    },
  },
];

describe('errors', () => {
  it.each([
    ...clients.map(({ client, show }) => ({
      client,
      fail: async (sid: string) =>
        (await show(app.plain, sid)).createCampaign({ ...validInput, template: 5 }),
    })),
    {
      client: 'Relay',
      fail: async () =>
        (await app.plain.load<{ readCampaign(sid: unknown): Promise<unknown> }>('relay-page')).readCampaign(
          {},
        ),
    },
    {
      client: 'plain fetch',
      fail: async () => {
        const { send } = await app.plain.load<FetchModule>('fetch');
        return send(parse('query ($sid: ID!) { campaign(sid: $sid) { id } }'), { sid: {} });
      },
    },
  ])('are found by code in what $client gives', async ({ fail }) => {
    const { errorsOf, remedyOf, retryAfterOf } = await app.plain.load<ErrorsModule>('errors');
    const failure: unknown = await fail('d'.repeat(32)).catch((error: unknown) => error);
    expect(errorsOf(failure).map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    expect(errorsOf(failure).map(remedyOf)).toEqual(['correct']);
    expect(retryAfterOf(failure)).toBeUndefined();
  });

  /** A response of the gateway, or of a proxy in front of it, to every client. */
  const answers = [
    { status: 401, by: 'gateway', code: 'UNAUTHENTICATED', remedy: 'sign in', after: undefined },
    { status: 429, by: 'gateway', code: 'TOO_MANY_REQUESTS', remedy: 'wait', after: 17 },
    { status: 503, by: 'gateway', code: 'OVERLOADED', remedy: 'wait', after: 17 },
    {
      status: 401,
      by: 'proxy that changes media types',
      code: 'UNAUTHENTICATED',
      remedy: 'sign in',
      after: undefined,
    },
    { status: 503, by: 'proxy that changes media types', code: 'OVERLOADED', remedy: 'wait', after: 17 },
    { status: 401, by: 'proxy', code: 'UNAUTHENTICATED', remedy: 'sign in', after: undefined },
    { status: 403, by: 'proxy', code: 'FORBIDDEN', remedy: 'ask for rights', after: undefined },
    { status: 404, by: 'proxy', code: undefined, remedy: 'report', after: undefined },
    { status: 413, by: 'proxy', code: undefined, remedy: 'report', after: undefined },
    { status: 429, by: 'proxy', code: 'TOO_MANY_REQUESTS', remedy: 'wait', after: 17 },
    { status: 502, by: 'proxy', code: 'OPERATION_TIMEOUT', remedy: 'look', after: undefined },
    { status: 503, by: 'proxy', code: 'OVERLOADED', remedy: 'wait', after: 17 },
  ] as const;

  it.each(answers.flatMap((answer) => sendersOfCreates.map((sender) => ({ ...answer, ...sender }))))(
    'of a $status of a $by are read by $client',
    async ({ status, by, code, remedy, after, create }) => {
      const { errorsOf, remedyOf, retryAfterOf } = await app.plain.load<ErrorsModule>('errors');
      const body = JSON.stringify({
        errors: [{ message: 'no', extensions: { code, ...(after && { retryAfter: after }) } }],
      });
      const type = by === 'gateway' ? 'application/graphql-response+json' : 'application/json';
      Object.assign(page.proxy, {
        status,
        requests: 0,
        ...(by === 'proxy'
          ? { body: '<h1>no</h1>', headers: { 'content-type': 'text/html', 'retry-after': '17' } }
          : { body, headers: { 'content-type': type } }),
      });
      const failure: unknown = await create(app.proxied).catch((error: unknown) => error);
      expect(errorsOf(failure).map(({ extensions }) => extensions.code)).toEqual([code]);
      expect(errorsOf(failure).map(remedyOf)).toEqual([remedy]);
      expect(retryAfterOf(failure)).toBe(after);
      expect(page.proxy.requests).toBe(1);
    },
  );

  it.each(sendersOfCreates)('of a wrong key end a create at once, with $client', async ({ create }) => {
    const { createOnce } = await app.plain.load<CreateOnceModule>('create-once');
    const { errorsOf } = await app.plain.load<ErrorsModule>('errors');
    const waits: number[] = [];
    const failure: unknown = await createOnce(
      () => create(app.wrongKey),
      (seconds) => void waits.push(seconds),
    ).catch((error: unknown) => error);
    expect(errorsOf(failure).map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(waits).toEqual([]);
  });

  it('say when to try again', async () => {
    const { retryAfterOf } = await app.plain.load<ErrorsModule>('errors');
    expect(retryAfterOf(failed('UPSTREAM_RATE_LIMITED', 20))).toBe(20);
    expect(retryAfterOf(failed('UPSTREAM_TIMEOUT'))).toBe(2);
    expect(retryAfterOf(new TypeError('fetch failed'))).toBe(2);
    expect(retryAfterOf(failed('OUTCOME_UNKNOWN', 7))).toBeUndefined();
    expect(retryAfterOf(new DOMException('late', 'TimeoutError'))).toBe(2);
    expect(retryAfterOf(new Error('Please sign in again.'))).toBeUndefined();
    expect(retryAfterOf(undefined)).toBeUndefined();
  });
});

interface CreateOnceModule {
  readonly newKey: () => string;
  readonly createOnce: (
    send: () => Promise<unknown>,
    onWait?: (seconds: number) => void,
    attempts?: number,
  ) => Promise<unknown>;
}

describe('a create', () => {
  it('is sent until its outcome is known, and its key stays the same', async () => {
    const { createOnce, newKey } = await app.plain.load<CreateOnceModule>('create-once');
    expect(newKey()).not.toBe(newKey());
    const waits: number[] = [];
    const answers = [
      new TypeError('fetch failed'),
      refusal('OUTCOME_UNKNOWN', 7),
      refusal('OPERATION_TIMEOUT'),
      'done',
    ];
    const send = () => {
      const next = answers.shift();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    };
    expect(await createOnce(send, (seconds) => void waits.push(seconds))).toBe('done');
    expect(waits).toEqual([2, 7, 2]);
    const refused = refusal('FORBIDDEN');
    await expect(createOnce(() => Promise.reject(refused))).rejects.toBe(refused);
    const unknown = refusal('OUTCOME_UNKNOWN');
    let attempts = 0;
    await expect(
      createOnce(
        () => Promise.reject(unknown),
        () => (attempts += 1),
        3,
      ),
    ).rejects.toBe(unknown);
    expect(attempts).toBe(2); // waits between three attempts
  });
});

describe('a search', () => {
  it('is sent after a pause in typing, longer when little of the budget is left', async () => {
    const { debounced, pauseFor } = await app.plain.load<{
      readonly pauseFor: (budget: object | null) => number;
      readonly debounced: (
        search: (name: string | undefined) => void,
        pause: () => number,
      ) => (text: string) => void;
    }>('search');
    expect([
      pauseFor(null),
      pauseFor({ limit: 30, remaining: 11 }),
      pauseFor({ limit: 30, remaining: 10 }),
    ]).toEqual([300, 300, 1500]);
    jest.useFakeTimers({ doNotFake: ['performance'] });
    const searched: (string | undefined)[] = [];
    const type = debounced(
      (name) => void searched.push(name),
      () => 300,
    );
    for (const text of ['b', 'bi', 'bil', 'bill']) type(text);
    jest.advanceTimersByTime(299);
    expect(searched).toEqual([]);
    jest.advanceTimersByTime(1);
    type(' bi ');
    jest.advanceTimersByTime(300);
    jest.useRealTimers();
    expect(searched).toEqual(['bill', undefined]);
  });
});
