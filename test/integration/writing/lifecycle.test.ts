import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TypedDocumentNode } from '@graphql-typed-document-node/core';
import { allowedStatuses } from '../../../src/domain/campaigns/lifecycle.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  ArchiveDocument,
  CompleteDocument,
  PauseDocument,
  ResumeDocument,
  UpdateDocument,
} from '../../operations/generated.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

const statuses = ['created', 'scheduled', 'in-progress', 'paused', 'completed', 'archived'] as const;
type Status = (typeof statuses)[number];

/** API document, "Update SMS Campaign": from where each action is allowed, and where it leads. */
const document: Readonly<
  Record<string, { readonly from: readonly Status[]; readonly to: readonly string[] }>
> = {
  pause: { from: ['created', 'scheduled', 'in-progress'], to: ['PAUSED'] },
  resume: { from: ['paused'], to: ['IN_PROGRESS', 'SCHEDULED'] },
  complete: { from: ['paused'], to: ['COMPLETED'] },
  archive: { from: ['completed'], to: ['ARCHIVED'] },
};

interface Payload {
  readonly campaign?: { readonly sid: string; readonly status: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field?: readonly string[] | null }[];
}

async function act(action: string, sid: string): Promise<Payload> {
  const run = async <Data>(
    mutation: TypedDocumentNode<Data, { sid: string }>,
    pick: (data: Data) => Payload,
  ) => pick(await gateway.data(mutation, { sid }));
  if (action === 'pause') return run(PauseDocument, ({ pauseCampaign }) => pauseCampaign);
  if (action === 'resume') return run(ResumeDocument, ({ resumeCampaign }) => resumeCampaign);
  if (action === 'complete') return run(CompleteDocument, ({ completeCampaign }) => completeCampaign);
  return run(ArchiveDocument, ({ archiveCampaign }) => archiveCampaign);
}

const cases = Object.entries(document).flatMap(([action, { from, to }]) =>
  statuses.map((status) => [action, status, from.includes(status), to] as const),
);

describe('each action in each status, by the API document', () => {
  it.each(cases)('%s of a campaign that is %s: allowed is %s', async (action, status, isAllowed, to) => {
    const { sid } = sandbox.state.insert({ startsAt: now + 3_600_000, createdAt: now - 3_600_000 });
    sandbox.state.setStatus(sid, status);
    sandbox.calls.splice(0);
    const { campaign, userErrors } = await act(action, sid);
    if (isAllowed) {
      expect(userErrors).toEqual([]);
      expect(to).toContain(campaign?.status);
      expect(sandbox.calls.map(({ method }) => method)).toEqual(['GET', 'PUT']);
    } else {
      expect(campaign).toBeNull();
      expect(userErrors).toEqual([expect.objectContaining({ code: 'ACTION_NOT_ALLOWED', field: ['sid'] })]);
      expect(sandbox.state.find(sid)?.status).toBe(status);
      expect(sandbox.calls.map(({ method }) => method)).toEqual(['GET']);
    }
  });

  it.each(statuses)('an update of a campaign that is %s is allowed before the start only', async (status) => {
    const { sid } = sandbox.state.insert({
      name: 'Before',
      startsAt: now + 3_600_000,
      createdAt: now - 3_600_000,
    });
    sandbox.state.setStatus(sid, status);
    const { updateCampaign } = await gateway.data(UpdateDocument, { sid, input: { name: 'After' } });
    const isAllowed = status === 'created' || status === 'scheduled';
    expect(sandbox.state.find(sid)?.name).toBe(isAllowed ? 'After' : 'Before');
    expect(updateCampaign.userErrors.map(({ code }) => code)).toEqual(
      isAllowed ? [] : ['ACTION_NOT_ALLOWED'],
    );
  });

  it.each(Object.keys(document))('%s of an unknown sid is NOT_FOUND', async (action) => {
    const { campaign, userErrors } = await act(action, 'no-such-sid');
    expect(campaign).toBeNull();
    expect(userErrors).toEqual([expect.objectContaining({ code: 'NOT_FOUND', field: ['sid'] })]);
  });
});

it('availableActions are exactly the actions that succeed', () => {
  for (const [action, { from }] of Object.entries(document)) {
    const ours = allowedStatuses[action.toUpperCase() as keyof typeof allowedStatuses];
    expect(ours).toEqual(from.map((status) => status.toUpperCase().replace('-', '_')));
  }
});
