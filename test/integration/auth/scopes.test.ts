import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Scope } from '../../../src/domain/requests/caller.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { type KeysFile, keysForScopes, showing, someScopes } from '../../support/clients/callers.js';
import { diwali } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type ClientError, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { leaveAll, subscribe, transports } from '../../support/clients/subscribing.js';

let keys: KeysFile;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

beforeAll(async () => {
  keys = await keysForScopes();
  const environment = { ...keys.environment, CACHE: 'off' }; // what was read for one says nothing of another
  ({ sandbox, gateway } = await setup({ gateway: { environment } }));
});
beforeEach(() => {
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 3 }));
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await keys.remove();
});

const [read, write, messages] = ['campaigns:read', 'campaigns:write', 'messages:read'] as const;
/** A place where something is looked at, and the scopes of which one is enough there. */
type Step = readonly [path: string, oneOf: readonly Scope[]];
/** An operation with its steps from the top down. */
type Operation = readonly [operation: string, ...steps: Step[]];

const operations: readonly Operation[] = [
  ['{ campaign(sid: $sid) { name } }', ['campaign', [read]]],
  ['{ campaign(sid: $sid) { sid } }', ['campaign', [read]]],
  ['{ some: campaigns(first: 1) { totalCount } }', ['some', [read]]],
  ['{ campaignsBySid(sids: [$sid]) { name } }', ['campaignsBySid', [read]]],
  ['{ validateCampaign(input: $input) { valid } }', ['validateCampaign', [read, write]]],
  ['{ _entities(representations: [$reference]) { ... on Campaign { name } } }', ['_entities.0', [read]]],
  ['{ _entities(representations: [$reference]) { __typename } }', ['_entities.0', [read]]],
  ['mutation { createCampaign(input: $input) { campaign { name } } }', ['createCampaign', [write]]],
  ['mutation { updateCampaign(sid: $sid, input: {}) { campaign { name } } }', ['updateCampaign', [write]]],
  ['mutation { pauseCampaign(sid: $sid) { campaign { status } } }', ['pauseCampaign', [write]]],
  ['mutation { resumeCampaign(sid: $sid) { campaign { status } } }', ['resumeCampaign', [write]]],
  ['mutation { completeCampaign(sid: $sid) { campaign { status } } }', ['completeCampaign', [write]]],
  ['mutation { archiveCampaign(sid: $sid) { campaign { status } } }', ['archiveCampaign', [write]]],
];

/** What a caller is refused of an operation; undefined where it is allowed. */
function refusedStep(scopes: readonly Scope[], steps: readonly Step[]): Step | undefined {
  return steps.find(([, oneOf]) => !oneOf.some((scope) => scopes.includes(scope)));
}

/** Each of the operations with each of the callers. */
const cases = someScopes.flatMap((scopes) =>
  operations.map(([operation, ...steps]) => ({ scopes, operation, step: refusedStep(scopes, steps) })),
);

const declared: Readonly<Record<string, string>> = {
  $sid: 'ID!',
  $input: 'CreateCampaignInput!',
  $reference: '_Any!',
};

/** Declares the variables that an operation uses, and asks. */
function askAs(scopes: readonly Scope[], operation: string) {
  const used = Object.entries(declared).filter(([name]) => operation.includes(name));
  const variables = used.map(([name, type]) => `${name}: ${type}`).join(', ');
  const anonymous = operation.startsWith('{') ? `query ${operation}` : operation;
  const query = used.length === 0 ? operation : anonymous.replace(/^(\w+)/, `$1 (${variables})`);
  return ask<Record<string, unknown>>(gateway, query, {
    variables: { sid, input: diwali, reference: { __typename: 'Campaign', sid } },
    headers: { ...showing(scopes) },
  });
}

const pathsOf = (errors: readonly ClientError[] = []) => errors.map(({ path }) => path?.join('.'));
const codesOf = (errors: readonly ClientError[] = []) => errors.map(({ extensions }) => extensions?.code);

describe('a caller', () => {
  it.each(cases.filter(({ step }) => step))(
    'with $scopes gets FORBIDDEN for $operation, without an upstream call',
    async ({ scopes, operation, step: [path, oneOf] = ['', []] }) => {
      const { errors } = await askAs(scopes, operation);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scopes: oneOf } }]);
      expect(pathsOf(errors)).toEqual([path]);
      for (const scope of oneOf) expect(errors?.[0]?.message).toContain(`"${scope}"`);
      expect(sandbox.calls).toEqual([]);
    },
  );

  it.each(cases.filter(({ step }) => !step))(
    'with $scopes may run $operation',
    async ({ scopes, operation }) => {
      const { data, errors } = await askAs(scopes, operation);
      expect(errors).toBeUndefined();
      expect(Object.values(data ?? {})[0]).not.toBeNull();
    },
  );

  it.each(
    someScopes.flatMap((scopes) =>
      ['{ _service { sdl } }', '{ __schema { description } }', '{ campaignGateway { scopes } }'].map(
        (q) => [scopes, q] as const,
      ),
    ),
  )('with %j may run %s, which returns no campaign', async (scopes, operation) => {
    expect((await askAs(scopes, operation)).errors).toBeUndefined();
  });
});

describe('messages that are FORBIDDEN are null, cost no call, and leave the campaign', () => {
  it.each([
    ['{ campaign(sid: $sid) { messages { totalCount } } }', 'campaign.messages', 1],
    ['{ campaign(sid: $sid) { name page: messages { totalCount } } }', 'campaign.page', 1],
    [
      '{ one: campaign(sid: $sid) { ...Rest } } fragment Rest on Campaign { ... { messages { totalCount } } }',
      'one.messages',
      1,
    ],
    ['{ campaignsBySid(sids: [$sid]) { messages { totalCount } } }', 'campaignsBySid.0.messages', 1],
    [
      '{ _entities(representations: [$reference]) { ... on Campaign { messages { totalCount } } } }',
      '_entities.0.messages',
      0,
    ],
  ])('in %s', async (operation, path, calls) => {
    const { data, errors } = await askAs([read], operation);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scopes: [messages] } }]);
    expect(pathsOf(errors)).toEqual([path]);
    const found = Object.values(data ?? {}).flat()[0] as Record<string, unknown>;
    expect(Object.values(found)).toContain(null);
    expect(sandbox.calls).toHaveLength(calls);
    expect(sandbox.calls.filter(({ path: at }) => at.includes('message-details'))).toEqual([]);
  });
});

describe('a FORBIDDEN field leaves the other fields', () => {
  it('beside it', async () => {
    const { data, errors } = await askAs(
      [write],
      '{ campaign(sid: $sid) { name } validateCampaign(input: $input) { valid } }',
    );
    expect(data).toEqual({ campaign: null, validateCampaign: { valid: true } });
    expect(pathsOf(errors)).toEqual(['campaign']);
  });

  it('above it, in a list whose rows are read once', async () => {
    const { data, errors } = await askAs(
      [read],
      '{ campaigns(first: 1) { totalCount nodes { name messages { totalCount } } } }',
    );
    expect(data?.['campaigns']).toEqual({
      totalCount: expect.any(Number),
      nodes: [{ name: expect.any(String), messages: null }],
    });
    expect(pathsOf(errors)).toEqual(['campaigns.nodes.0.messages']);
    expect(sandbox.calls).toHaveLength(1);
  });

  it('in a batch of entities, each resolved separately', async () => {
    const query = '{ _entities(representations: [$reference, {__typename: "Owner"}]) { __typename } }';
    const { errors } = await askAs([write], query);
    expect(codesOf(errors)).toEqual(['FORBIDDEN', 'BAD_USER_INPUT']);
  });

  it('after a mutation, which is done and returned to a caller with write scopes only', async () => {
    const { data, errors } = await askAs(
      [write],
      'mutation { pauseCampaign(sid: $sid) { campaign { status messages { totalCount } } userErrors { code } } }',
    );
    expect(data).toEqual({
      pauseCampaign: { campaign: { status: 'PAUSED', messages: null }, userErrors: [] },
    });
    expect(pathsOf(errors)).toEqual(['pauseCampaign.campaign.messages']);
    expect(sandbox.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('from messages to their campaign', async () => {
    const { errors } = await askAs(
      [write, messages],
      `mutation { pauseCampaign(sid: $sid) {
        campaign { status messages(first: 1) { totalCount nodes { number campaign { name } } } } } }`,
    );
    expect(pathsOf(errors)).toEqual(['pauseCampaign.campaign.messages.nodes.0.campaign']);
  });
});

const subscriptions: readonly Operation[] = [
  ['campaignUpdated(sid: $sid) { status }', ['campaignUpdated', [read]]],
  ['messageStatusChanged(campaignSid: $sid) { status }', ['messageStatusChanged', [messages]]],
  [
    'messageStatusChanged(campaignSid: $sid) { campaign { name } }',
    ['messageStatusChanged', [messages]],
    ['messageStatusChanged.campaign', [read]],
  ],
];

describe.each(transports)('a subscription over %s', (transport) => {
  it.each(subscriptions)('to %s needs the scopes of all its fields', async (selection, ...steps) => {
    const query = `subscription ($sid: ID!) { ${selection} }`;
    for (const scopes of someScopes) {
      sandbox.calls.splice(0);
      const subscriber = await subscribe(gateway.url, transport, query, { sid }, showing(scopes));
      const step = refusedStep(scopes, steps);
      if (step) {
        await subscriber.next(1);
        expect(codesOf(subscriber.errors)).toEqual(['FORBIDDEN']);
        // In Apollo's multipart protocol, errors that end a stream have no path.
        expect(pathsOf(subscriber.errors)).toEqual([transport === 'multipart' ? undefined : step[0]]);
        expect(sandbox.calls).toEqual([]);
      } else expect([...subscriber.errors, subscriber.hasEnded()]).toEqual([false]);
      await leaveAll();
    }
  });
});
