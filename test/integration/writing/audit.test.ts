import { describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type CreateCampaignInput } from '../../operations/generated.js';
import {
  answerOf,
  change,
  type Changing,
  create,
  createdSid,
  diwali,
  requestId,
  rowOf,
  sidsOf,
} from '../../support/writing/creating.js';
import { setup, startScripted, type SandboxAndGateway } from '../../support/gateway/setup.js';
import { credentials, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { type Script } from '../../support/upstream/scripted-upstream.js';

const input: CreateCampaignInput = {
  ...diwali,
  template: 'Words for customers, call 9876543210',
  statusCallback: 'https://callback.example.com/campaigns',
  smsStatusCallback: 'https://callback.example.com/messages',
  idempotencyKey: 'the-key-of-this-create',
};
const { apiKey, apiToken } = credentials;
const secrets = [
  'Words for customers',
  '9876543210',
  'callback.example.com',
  ...input.lists.map(String),
  'the-key-of-this-create',
  apiKey,
  apiToken,
  Buffer.from(`${apiKey}:${apiToken}`).toString('base64'),
];

/** The audit lines so far; and no line of any kind tells what is nobody's business. */
function audited({ logs }: GatewayUnderTest): unknown[] {
  for (const secret of secrets) expect(logs.join('\n')).not.toContain(secret);
  return logs
    .map((line) => JSON.parse(line) as { readonly audit?: unknown; readonly msg: string })
    .flatMap(({ audit, msg }) => (audit === undefined ? [] : [{ ...audit, msg }]));
}

const line = (changes: Readonly<Record<string, unknown>>) => ({
  who: 'anonymous',
  what: 'CREATE',
  sid: null,
  codes: [],
  upstreamRequestId: null,
  msg: 'campaign write',
  ...changes,
});
const someId: unknown = expect.stringMatching(/^[0-9a-f]{32}$/);

/** A sandbox whose first write goes wrong as said. */
async function start(fault?: Fault): Promise<SandboxAndGateway> {
  const faults = [fault];
  return setup({ sandbox: { faults: ({ method }) => (method === 'GET' ? undefined : faults.shift()) } });
}

describe('a create has one audit line without secrets', () => {
  it('when it is done, and when it is replayed', async () => {
    const { gateway } = await start();
    const sid = await createdSid(gateway, input);
    expect(audited(gateway)).toEqual([line({ outcome: 'done', sid, upstreamRequestId: someId })]);
    await createdSid(gateway, input);
    expect(audited(gateway).slice(1)).toEqual([line({ outcome: 'replayed', sid })]);
  });

  it.each<[string, Fault | undefined, Partial<CreateCampaignInput>, Record<string, unknown>]>([
    ['refused by a rule', undefined, { lists: [], senderId: '1' }, { codes: ['TOO_FEW', 'INVALID'] }],
    [
      'refused by the upstream',
      { kind: 'failed-item' },
      {},
      { codes: ['DUPLICATE'], upstreamRequestId: '0'.repeat(32) },
    ],
    [
      'not let in',
      { kind: 'status', status: 401 },
      {},
      { outcome: 'failed', codes: ['UPSTREAM_UNAUTHORIZED'] },
    ],
  ])('when it is %s', async (_how, fault, changes, expected) => {
    const { gateway } = await start(fault);
    await create(gateway, { ...input, ...changes });
    expect(audited(gateway)).toEqual([line({ outcome: 'refused', ...expected })]);
  });

  it('when its key was used with another input', async () => {
    const { gateway } = await start();
    await createdSid(gateway, input);
    await create(gateway, { ...input, name: 'Another' });
    expect(audited(gateway).slice(1)).toEqual([
      line({ outcome: 'refused', codes: ['IDEMPOTENCY_KEY_REUSED'] }),
    ]);
  });

  it('when its response was lost and the campaign found', async () => {
    const { gateway, sandbox } = await start({ kind: 'reset', when: 'after' });
    await createdSid(gateway, input);
    const [sid] = sidsOf(sandbox);
    expect(audited(gateway)).toEqual([line({ outcome: 'done', sid })]);
  });

  it('for each of ten concurrent creates with one key, all with the same sid', async () => {
    const { gateway } = await start();
    const sids = await Promise.all(Array.from({ length: 10 }, () => createdSid(gateway, input)));
    expect(audited(gateway)).toHaveLength(10);
    expect(audited(gateway)).toEqual(sids.map((sid) => expect.objectContaining({ sid }) as unknown));
  });
});

describe("an audit line has the upstream's own id of the request", () => {
  const refusal = {
    status: 400,
    json: {
      request_id: requestId,
      http_code: 400,
      response: [{ code: 400, status: 'failure', data: null, error_data: { code: 1002, message: 'no' } }],
    },
  };
  const row = (request: Parameters<Script>[0]) => rowOf(request);
  it.each<[string, Script, Record<string, unknown>]>([
    ['that made it', (request) => answerOf(row(request)), { outcome: 'done', sid: 'the-new-one' }],
    ['that refused it', () => refusal, { outcome: 'refused', codes: ['REJECTED_BY_UPSTREAM'] }],
    [
      'that made it and was unreadable',
      (request) =>
        answerOf(request.method === 'POST' ? { ...row(request), status: null } : { unreadable: true }),
      { outcome: 'done', codes: ['UPSTREAM_INVALID_RESPONSE'], sid: 'the-new-one' },
    ],
  ])('%s', async (_which, script, expected) => {
    const { gateway } = await startScripted(script);
    await create(gateway, input);
    expect(audited(gateway)).toEqual([line({ ...expected, upstreamRequestId: requestId })]);
  });

  it('or none without a response, as for an unknown outcome', async () => {
    const { gateway } = await startScripted((_, response) => void response.destroy());
    await create(gateway, input);
    expect(audited(gateway)).toEqual([line({ outcome: 'unknown', codes: ['OUTCOME_UNKNOWN'] })]);
  });
});

describe('an update or action has one audit line', () => {
  const later = Date.now() + 3_600_000;
  it.each<[string, Changing, Fault | undefined, Record<string, unknown>]>([
    ['done', 'pause', undefined, { what: 'PAUSE', outcome: 'done', upstreamRequestId: someId }],
    ['done', 'update', undefined, { what: 'UPDATE', outcome: 'done', upstreamRequestId: someId }],
    [
      'not allowed',
      'archive',
      undefined,
      { what: 'ARCHIVE', outcome: 'refused', codes: ['ACTION_NOT_ALLOWED'] },
    ],
    [
      'of an unknown outcome',
      'pause',
      { kind: 'status', status: 504 },
      { what: 'PAUSE', outcome: 'unknown', codes: ['OUTCOME_UNKNOWN'] },
    ],
    ['sent again', 'pause', { kind: 'reset' }, { what: 'PAUSE', outcome: 'done', upstreamRequestId: someId }],
    ['found to be done', 'pause', { kind: 'reset', when: 'after' }, { what: 'PAUSE', outcome: 'done' }],
  ])('when it is %s: %s', async (_how, what, fault, expected) => {
    const { gateway, sandbox } = await start(fault);
    const { sid } = sandbox.state.insert({ template: input.template, startsAt: later });
    await change(gateway, what, sid);
    expect(audited(gateway)).toEqual([line({ sid, ...expected })]);
  });

  it('when the sid is unknown', async () => {
    const { gateway } = await start();
    await change(gateway, 'resume', 'no-such-sid');
    expect(audited(gateway)).toEqual([
      line({ what: 'RESUME', outcome: 'refused', sid: 'no-such-sid', codes: ['NOT_FOUND'] }),
    ]);
  });
});
