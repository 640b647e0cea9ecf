import { type CampaignDraft } from '../draft.js';
import { RUNNING_PERIOD_MS, SCHEDULED_LEAD_MS } from '../renewal.js';
import { type SandboxState } from '../state.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Times = Pick<CampaignDraft, 'createdAt' | 'startsAt' | 'endsAt' | 'changedAt'>;

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
export function renewExamples(state: SandboxState): void {
  for (const { status, sid, ...example } of EXAMPLES) {
    const { name, contentType, smsType, senderId, template, lists, audience, channelListed, startsAt } =
      state.get(sid);
    const same = { sid, status, name, contentType, smsType, senderId, template, lists, audience };
    const draft = (at: number): CampaignDraft => ({ ...same, channelListed, ...timesOf(status, at) });
    if ('ranMs' in example) state.insert({ ...draft(startsAt), startsAt: state.now() - example.ranMs });
    state.renew(sid, { status, draft });
  }
}

/** Times of an example that begins anew at a real time. */
function timesOf(status: (typeof EXAMPLES)[number]['status'], at: number): Times {
  switch (status) {
    case 'scheduled':
      return withEnd({ createdAt: at - HOUR, startsAt: at + SCHEDULED_LEAD_MS, changedAt: at });
    case 'in-progress':
      return withEnd({ createdAt: at - HOUR, startsAt: at, changedAt: at });
    case 'paused':
      return withEnd({ createdAt: at - HOUR, startsAt: at - 5 * MINUTE, changedAt: at });
    case 'completed':
      return withEnd({ createdAt: at - 3 * HOUR, startsAt: at - 2 * HOUR, changedAt: at });
  }
}

function withEnd(times: Times & { readonly startsAt: number }): Times {
  return { ...times, endsAt: times.startsAt + 2 * DAY };
}
