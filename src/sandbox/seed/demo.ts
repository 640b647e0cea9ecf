import { type CampaignDraft } from '../draft.js';
import { hexDigits } from '../hash.js';
import { RUNNING_PERIOD_MS, SCHEDULED_LEAD_MS } from '../renewal.js';
import { type SandboxState } from '../state.js';
import { documentedDraft } from './documented-campaign.js';
import { DOCUMENTED_CAMPAIGNS } from './documented-rows.js';
import { generate, GENERATED_CAMPAIGNS } from './generated.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A large campaign: completed, with exactly 5,000 messages. */
function seedFestiveOffer(state: SandboxState): void {
  const startsAt = Math.floor(state.now() / HOUR) * HOUR - 3 * DAY;
  const lists = ['gold', 'silver', 'new'].map((name) => hexDigits(`festive list ${name}`, 32));
  state.insert({
    name: 'Festive offer to all customers',
    sid: hexDigits('festive offer', 32),
    contentType: 'static',
    lists,
    audience: 5_000,
    createdAt: startsAt - HOUR,
    startsAt,
    endsAt: startsAt + 12 * HOUR,
    changedAt: startsAt + 3 * HOUR,
    senderId: '140123',
    smsType: 'promotional',
    template:
      '🪔 Festive offer! Flat 40% off on everything, this week only. Show this SMS at any store. -Exotel',
    status: 'completed',
  });
}

/** Example campaigns that renew themselves (docs/sandbox.md): generated ones, so that their sids never change. */
export const EXAMPLES = [
  { status: 'completed', sid: 'e01063d28b16e5d35cd20df22492ca0e' },
  { status: 'scheduled', sid: 'd6fdf704dfad1ac2d3b257279f5aec6e' },
  { status: 'in-progress', sid: 'b8c936fd60b6bdb016f17d2633fdf1db' },
  /** Half a period after the other, so that one of them always runs. */
  { status: 'in-progress', sid: '4d84e679035ee938c85bd9b42505f717', ranMs: RUNNING_PERIOD_MS / 2 },
  { status: 'paused', sid: 'd807349ad162873d561aa2f71899635b' },
  { status: 'paused', sid: '256ec7b581a30cf3e326546ba97575f1' },
] as const;

/** Lets the examples of a seeded state renew themselves. */
function renewExamples(state: SandboxState): void {
  for (const { status, sid, ...example } of EXAMPLES) {
    const { name, contentType, smsType, senderId, template, lists, audience, channelListed, startsAt } =
      state.get(sid);
    const same = { sid, status, name, contentType, smsType, senderId, template, lists, audience };
    const draft = (at: number): CampaignDraft => ({ ...same, channelListed, ...timesOf(status, at) });
    if ('ranMs' in example) state.insert({ ...draft(startsAt), startsAt: state.now() - example.ranMs });
    state.renew(sid, { status, draft });
  }
}

/** Times of an example that restarts at a real time. */
function timesOf(status: keyof typeof STARTS_AFTER_MS, at: number): Partial<CampaignDraft> {
  const startsAt = at + STARTS_AFTER_MS[status];
  const createdAt = at - (status === 'completed' ? 3 * HOUR : HOUR);
  return { createdAt, startsAt, endsAt: startsAt + 2 * DAY, changedAt: at };
}

const STARTS_AFTER_MS = {
  scheduled: SCHEDULED_LEAD_MS,
  'in-progress': 0,
  paused: -5 * MINUTE,
  completed: -2 * HOUR,
} as const;

/** Fills an account with the document's sample campaigns and with generated ones around the current time. */
export function seedDemo(state: SandboxState): void {
  for (const sample of DOCUMENTED_CAMPAIGNS) state.insert(documentedDraft(sample));
  for (let index = 0; index < GENERATED_CAMPAIGNS; index += 1) generate(state, index);
  seedFestiveOffer(state);
  renewExamples(state);
}
