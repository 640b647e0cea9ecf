import {
  type Campaign,
  type CampaignParameters,
  defaultEnd,
  defaultStart,
  estimatedCost,
} from './campaign.js';
import { indianDateAndTime } from './clock.js';
import { hexDigits } from './hash.js';
import { type CampaignStatus } from './lifecycle.js';
import { audienceOf, settleAs } from './messages.js';
import { type Stats, expandStats } from './stats.js';

/** Values of a new campaign; missing ones have the upstream's defaults. */
export interface CampaignDraft extends Partial<CampaignParameters> {
  sid?: string;
  accountSid?: string;
  createdAt?: number;
  changedAt?: number;
  status?: CampaignStatus;
  state?: Campaign['state'];
  reportUrl?: string | null;
  estimatedCost?: number;
  audience?: number;
  channelListed?: boolean;
  masked?: boolean;
  /** Fixed number of messages of each status; the campaign then makes no further progress. */
  stats?: Partial<Stats>;
}

/** Creates a campaign from a draft. Its status is `created` unless `stats` are given; `SandboxState` sets any other. */
export function campaignOf(draft: CampaignDraft, sid: string, account: string, now: number): Campaign {
  const { stats, ...given } = draft;
  const createdAt = given.createdAt ?? now;
  const accountSid = given.accountSid ?? account;
  const parameters = parametersOf(given, sid, accountSid, createdAt);
  const audience = given.audience ?? audienceOf(parameters.lists);
  const campaign: Campaign = {
    ...parameters,
    sid,
    accountSid,
    createdAt,
    changedAt: Math.max(createdAt, given.changedAt ?? createdAt),
    status: stats === undefined ? 'created' : (given.status ?? 'completed'),
    state: given.state ?? 'prepared',
    started: false,
    reportUrl: given.reportUrl ?? null,
    estimatedCost: given.estimatedCost ?? estimatedCost(parameters.template, audience),
    audience,
    time: { real: createdAt, virtual: createdAt, speed: 1 },
    settled: undefined,
    channelListed: given.channelListed ?? true,
    masked: given.masked ?? false,
    unreadableUntil: 0,
  };
  if (stats !== undefined) settleAs(campaign, expandStats(stats));
  return campaign;
}

function parametersOf(
  given: Partial<CampaignParameters>,
  sid: string,
  accountSid: string,
  createdAt: number,
): CampaignParameters {
  const startsAt = given.startsAt ?? defaultStart(createdAt);
  return {
    name: given.name ?? `${accountSid} ${indianDateAndTime(createdAt)}`,
    contentType: given.contentType ?? 'static',
    lists: given.lists ?? [hexDigits(`list:${sid}`, 32)],
    startsAt,
    endsAt: given.endsAt ?? defaultEnd(startsAt),
    statusCallback: given.statusCallback ?? null,
    smsStatusCallback: given.smsStatusCallback ?? null,
    dltTemplateId: given.dltTemplateId ?? '1107159950325048979',
    dltEntityId: given.dltEntityId ?? '1101428740000012125',
    senderId: given.senderId ?? 'EXOTEL',
    smsType: given.smsType ?? 'transactional',
    template: given.template ?? 'Hi user,Thank you for registering; Your account has been activated',
  };
}
