import { setTimeout as sleepFor } from 'node:timers/promises';
import { afterAll } from '@jest/globals';
import { type CampaignDraft } from '../../../src/sandbox/draft.js';
import { type FaultPlan } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { CreateDocument, type CreateCampaignInput } from '../../operations/generated.js';
import { ask } from '../clients/ask.js';
import { type GatewayUnderTest } from '../gateway/gateway-under-test.js';
import { validInput } from './valid-input.js';
import { type SeenRequest } from '../upstream/scripted-upstream.js';

/** A valid create with a name. */
export const diwali = { ...validInput, name: 'Diwali offer' };

/** The same create with an idempotency key. */
export const keyed = { ...diwali, idempotencyKey: 'once' };

/** The same campaign, inserted into the sandbox by another client. */
export const diwaliAlready: CampaignDraft = {
  name: diwali.name,
  contentType: 'static',
  lists: ['f2284e77ea5a4224911251b08f861af2'],
  dltEntityId: diwali.dltEntityId,
  dltTemplateId: diwali.dltTemplateId,
  senderId: diwali.senderId,
  smsType: 'transactional',
  template: diwali.template,
};

/** Number of requests to the sandbox with this method. */
export function countOf(method: 'GET' | 'POST' | 'PUT', { calls }: Sandbox): number {
  return calls.filter((call) => call.method === method).length;
}

/** Number of POST requests to the sandbox. */
export function posts(sandbox: Sandbox): number {
  return countOf('POST', sandbox);
}

/** Sids of all campaigns in the sandbox, sorted. */
export function sidsOf({ state }: Sandbox): string[] {
  return state
    .campaigns()
    .map(({ sid }) => sid)
    .sort();
}

/** Faults for POST requests only, by their number from 0. */
export function ofPosts(plan: (post: number) => ReturnType<FaultPlan>): FaultPlan {
  let seen = -1;
  return ({ method }) => {
    if (method !== 'POST') return undefined;
    seen += 1;
    return plan(seen);
  };
}

/** A campaign as a scripted upstream returns it after the POST. */
export function rowOf({ body }: SeenRequest, changes: Readonly<Record<string, unknown>> = {}) {
  const at = new Date().toISOString();
  const said = JSON.parse(body) as Record<string, unknown>;
  return { sid: 'the-new-one', status: 'created', date_created: at, date_updated: at, ...said, ...changes };
}

/** The request id in every response of a scripted upstream. */
export const requestId = '5f2b'.repeat(8);

/** A response of a scripted upstream: one campaign or a list. */
export function answerOf(
  data: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[],
) {
  const request_id = requestId;
  const item = (one: unknown) => ({ code: 200, status: 'success', data: one });
  if (!Array.isArray(data)) return { json: { request_id, http_code: 200, response: item(data) } };
  const metadata = { count: data.length, offset: 0, total: data.length, limit: 50 };
  return { json: { request_id, http_code: 200, metadata, response: data.map(item) } };
}

/** The fault of the first POST request. */
export function firstPost(fault: ReturnType<FaultPlan>): FaultPlan {
  return ofPosts((post) => (post === 0 ? fault : undefined));
}

/** Result of a create for its caller. */
export interface CreateResult {
  readonly sid: string | undefined;
  /** Code of the first user error or of the error; undefined with a campaign. */
  readonly codes: readonly string[];
  /** `extensions.campaignName` of an OUTCOME_UNKNOWN. */
  readonly campaignName: unknown;
}

/** Sends one create. */
export async function create(gateway: GatewayUnderTest, input: CreateCampaignInput): Promise<CreateResult> {
  const { data, errors = [] } = await gateway.execute(CreateDocument, { input });
  const userErrors = data?.createCampaign.userErrors ?? [];
  return {
    sid: data?.createCampaign.campaign?.sid,
    codes: [
      ...userErrors.map(({ code }) => code),
      ...errors.map(({ extensions }) => extensions?.code ?? 'none'),
    ],
    campaignName: errors[0]?.extensions?.['campaignName'],
  };
}

/** The sid of the created campaign; fails with any error. */
export async function createdSid(gateway: GatewayUnderTest, input: CreateCampaignInput): Promise<string> {
  const { sid, codes } = await create(gateway, input);
  if (sid === undefined || codes.length > 0) throw new Error(`expected a campaign, got ${codes.join()}`);
  return sid;
}

/** More than half of the time for which an open circuit breaker refuses calls. */
export const halfOfABreak = (): Promise<unknown> => sleepFor(1600);

/** Offset of the clock of these tests. A circuit breaker uses this clock only, so no test waits for it. */
let aheadMs = 0;
const machineNow = Date.now;
Date.now = () => machineNow() + aheadMs;
afterAll(() => {
  Date.now = machineNow;
});

/** Advances the clock until an open circuit breaker allows a probe. */
function passOpenState(): void {
  aheadMs += 3200;
}

const mostRounds = 12;

/**
 * Sends all creates concurrently, and repeats those that a client may repeat: unsent ones, and any with a key.
 * Fails if a create may not be repeated, or after too many attempts.
 * @returns the sid of each create.
 */
export async function createAll(
  gateway: GatewayUnderTest,
  inputs: readonly CreateCampaignInput[],
): Promise<string[]> {
  const sids = new Map<CreateCampaignInput, string>();
  for (let round = 0; round < mostRounds; round += 1) {
    const open = inputs.filter((input) => !sids.has(input));
    const received = await Promise.all(
      open.map(async (input) => ({ input, ...(await create(gateway, input)) })),
    );
    for (const { input, sid, codes } of received)
      if (sid !== undefined) sids.set(input, sid);
      else if (!mayRepeat(input, codes)) throw new Error(`told ${codes.join()}, and may not repeat`);
    if (sids.size === inputs.length) return [...sids.values()];
    passOpenState();
  }
  throw new Error(`after ${mostRounds} rounds ${sids.size} of ${inputs.length} are known`);
}

function mayRepeat({ idempotencyKey }: CreateCampaignInput, [code = '']: readonly string[]): boolean {
  if (idempotencyKey == null) return code === 'UPSTREAM_UNAVAILABLE';
  return code === 'OUTCOME_UNKNOWN' || code.startsWith('UPSTREAM_');
}

/** Changes of an existing campaign. */
export type Changing = 'update' | 'pause' | 'resume' | 'complete' | 'archive';

/** Result of a change for its caller. */
export interface ChangeResult {
  readonly sid: string | undefined;
  readonly status: string | undefined;
  readonly name: string | undefined;
  /** Code of the first user error or of the error; undefined after a success. */
  readonly codes: readonly string[];
}

interface ChangePayload {
  readonly campaign?: { readonly sid: string; readonly status: string; readonly name: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

/** Sends one change; an update sets the name After. */
export async function change(gateway: GatewayUnderTest, what: Changing, sid: string): Promise<ChangeResult> {
  const input = what === 'update' ? ', input: { name: "After" }' : '';
  const query = `mutation ($sid: ID!) {
    payload: ${what}Campaign(sid: $sid${input}) { campaign { sid status name } userErrors { code } }
  }`;
  const { data, errors = [] } = await ask<{ readonly payload: ChangePayload }>(gateway, query, {
    variables: { sid },
  });
  const { campaign, userErrors = [] } = data?.payload ?? {};
  return {
    sid: campaign?.sid,
    status: campaign?.status,
    name: campaign?.name,
    codes: [
      ...userErrors.map(({ code }) => code),
      ...errors.map(({ extensions }) => (extensions as { code?: string } | undefined)?.code ?? 'none'),
    ],
  };
}

/** The same sequence of numbers from 0 to 1 every time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Which creates have names. */
export type Naming = 'each its own' | 'all the same' | 'none';

/** This many creates with the same content; the first ones have an idempotency key each. */
export function inputs(count: number, naming: Naming, keyed = count): CreateCampaignInput[] {
  return Array.from({ length: count }, (_, index) => ({
    ...diwali,
    name: { 'each its own': `${diwali.name} ${index}`, 'all the same': diwali.name, none: null }[naming],
    idempotencyKey: index < keyed ? `key ${index}` : null,
  }));
}
