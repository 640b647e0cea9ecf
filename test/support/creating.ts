import { setTimeout as sleepFor } from 'node:timers/promises';
import { type CampaignDraft } from '../../src/sandbox/draft.js';
import { type FaultPlan } from '../../src/sandbox/http/faults.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.js';
import { type ClientTimeouts } from '../../src/server/limits/client-timeouts.js';
import { CreateDocument, type CreateCampaignInput } from '../operations/generated.js';
import { ask } from './ask.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from './gateway-under-test.js';
import { validInput } from './valid-input.js';
import { type Script, type SeenRequest, startScriptedUpstream } from './scripted-upstream.js';

/** A create that breaks no rule and has a name. */
export const diwali = { ...validInput, name: 'Diwali offer' };

/** The same under a key. */
export const keyed = { ...diwali, idempotencyKey: 'once' };

/** The same campaign, as somebody else put it into the sandbox. */
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

/** A sandbox and the gateway in front of it. */
export interface BothUnderTest {
  readonly sandbox: Sandbox;
  readonly gateway: GatewayUnderTest;
}

const opened: { close(): Promise<void> }[] = [];

/** Closes all that was started here, the last first. */
export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.close();
}

/** What a test may say of both. */
export interface BothOptions extends Partial<SandboxOptions> {
  readonly environment?: Readonly<Record<string, string>>;
  /** The gateway's clock. */
  readonly now?: () => number;
  /** Waits between two looks; not at all, unless told otherwise. */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** How long clients may take. */
  readonly clientTimeouts?: ClientTimeouts;
}

/** Starts an empty sandbox and a gateway in front of it. */
export async function startBoth({
  environment,
  now,
  sleep,
  clientTimeouts,
  ...options
}: BothOptions): Promise<BothUnderTest> {
  const sandbox = await startSandbox({ ...credentials, seed: 'empty', ...options });
  opened.push(sandbox);
  const gateway = await startGatewayOn(
    sandbox.baseUrl,
    environment,
    now,
    sleep,
    clientTimeouts && { clientTimeouts },
  );
  opened.push(gateway);
  return { sandbox, gateway };
}

/** How many requests of a method the sandbox has had. */
export function countOf(method: 'GET' | 'POST' | 'PUT', { calls }: Sandbox): number {
  return calls.filter((call) => call.method === method).length;
}

/** How many POSTs the sandbox has had. */
export function posts(sandbox: Sandbox): number {
  return countOf('POST', sandbox);
}

/** The sids of all campaigns of the sandbox, in an order that can be compared. */
export function sidsOf({ state }: Sandbox): string[] {
  return state
    .campaigns()
    .map(({ sid }) => sid)
    .sort();
}

/** Faults of the POSTs alone, by their number from 0. */
export function ofPosts(plan: (post: number) => ReturnType<FaultPlan>): FaultPlan {
  let seen = -1;
  return ({ method }) => {
    if (method !== 'POST') return undefined;
    seen += 1;
    return plan(seen);
  };
}

/** A scripted upstream and the gateway in front of it. */
export interface ScriptedUnderTest {
  readonly gateway: GatewayUnderTest;
  /** Of every request so far. */
  readonly methods: () => string[];
}

/** Starts both. */
export async function startScripted(
  script: Script,
  environment: Readonly<Record<string, string>> = {},
): Promise<ScriptedUnderTest> {
  const upstream = await startScriptedUpstream(script);
  opened.push(upstream);
  const gateway = await startGatewayOn(upstream.baseUrl, environment);
  opened.push(gateway);
  return { gateway, methods: () => upstream.seen.map(({ method }) => method) };
}

/** A campaign as a scripted upstream has it after the POST. */
export function rowOf({ body }: SeenRequest, changes: Readonly<Record<string, unknown>> = {}) {
  const at = new Date().toISOString();
  const said = JSON.parse(body) as Record<string, unknown>;
  return { sid: 'the-new-one', status: 'created', date_created: at, date_updated: at, ...said, ...changes };
}

/** The id that a scripted upstream gives every request. */
export const requestId = '5f2b'.repeat(8);

/** What a scripted upstream answers: one campaign, or a list of them. */
export function answerOf(
  data: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[],
) {
  const request_id = requestId;
  const item = (one: unknown) => ({ code: 200, status: 'success', data: one });
  if (!Array.isArray(data)) return { json: { request_id, http_code: 200, response: item(data) } };
  const metadata = { count: data.length, offset: 0, total: data.length, limit: 50 };
  return { json: { request_id, http_code: 200, metadata, response: data.map(item) } };
}

/** The fault of the first POST. */
export function firstPost(fault: ReturnType<FaultPlan>): FaultPlan {
  return ofPosts((post) => (post === 0 ? fault : undefined));
}

/** What a caller of create was told. */
export interface Told {
  readonly sid: string | undefined;
  /** Of the user errors, or of the error; none where there is a campaign. */
  readonly codes: readonly string[];
  /** `extensions.campaignName` of an OUTCOME_UNKNOWN. */
  readonly campaignName: unknown;
}

/** Creates once. */
export async function create(gateway: GatewayUnderTest, input: CreateCampaignInput): Promise<Told> {
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

/** The sid, where a campaign was answered and nothing else. */
export async function createdSid(gateway: GatewayUnderTest, input: CreateCampaignInput): Promise<string> {
  const { sid, codes } = await create(gateway, input);
  if (sid === undefined || codes.length > 0) throw new Error(`expected a campaign, got ${codes.join()}`);
  return sid;
}

/** Longer than half of the time for which a breaker that has opened lets nothing through. */
export const halfOfABreak = (): Promise<unknown> => sleepFor(1600);

/** So far is the clock of this file ahead of the machine's: a break goes by the clock alone, and need not be waited for. */
let aheadMs = 0;
const machineNow = Date.now.bind(Date);
Date.now = () => machineNow() + aheadMs;

/** A breaker that is open lets something through after this. */
function passABreak(): void {
  aheadMs += 3200;
}

const mostRounds = 12;

/**
 * Creates all at once, and repeats what a client may repeat: what nothing was sent for, and anything with a key.
 * Fails where a create may not be repeated, or where there is no end.
 * @returns the sid of each.
 */
export async function createAll(
  gateway: GatewayUnderTest,
  inputs: readonly CreateCampaignInput[],
): Promise<string[]> {
  const sids = new Map<CreateCampaignInput, string>();
  for (let round = 0; round < mostRounds; round += 1) {
    const open = inputs.filter((input) => !sids.has(input));
    const told = await Promise.all(open.map(async (input) => ({ input, ...(await create(gateway, input)) })));
    for (const { input, sid, codes } of told)
      if (sid !== undefined) sids.set(input, sid);
      else if (!mayRepeat(input, codes)) throw new Error(`told ${codes.join()}, and may not repeat`);
    if (sids.size === inputs.length) return [...sids.values()];
    passABreak();
  }
  throw new Error(`after ${mostRounds} rounds ${sids.size} of ${inputs.length} are known`);
}

function mayRepeat({ idempotencyKey }: CreateCampaignInput, [code = '']: readonly string[]): boolean {
  if (idempotencyKey == null) return code === 'UPSTREAM_UNAVAILABLE';
  return code === 'OUTCOME_UNKNOWN' || code.startsWith('UPSTREAM_');
}

/** What can be done to a campaign that is there. */
export type Changing = 'update' | 'pause' | 'resume' | 'complete' | 'archive';

/** What a caller of one of these was told. */
export interface ChangeTold {
  readonly sid: string | undefined;
  readonly status: string | undefined;
  readonly name: string | undefined;
  /** Of the user errors, or of the error; none where it was done. */
  readonly codes: readonly string[];
}

interface ChangePayload {
  readonly campaign?: { readonly sid: string; readonly status: string; readonly name: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

/** Does it once; an update gives the campaign the name After. */
export async function change(gateway: GatewayUnderTest, what: Changing, sid: string): Promise<ChangeTold> {
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

/** The same numbers from 0 to 1 every time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many creates are named. */
export type Naming = 'each its own' | 'all the same' | 'none';

/** So many creates of one content, the first of them each with a key of its own. */
export function inputs(count: number, naming: Naming, keyed = count): CreateCampaignInput[] {
  return Array.from({ length: count }, (_, index) => ({
    ...diwali,
    name: { 'each its own': `${diwali.name} ${index}`, 'all the same': diwali.name, none: null }[naming],
    idempotencyKey: index < keyed ? `key ${index}` : null,
  }));
}
