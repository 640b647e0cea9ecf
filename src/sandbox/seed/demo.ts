import { hexDigits } from '../hash.js';
import { type SandboxState } from '../state.js';
import { DOCUMENTED_AUGUST_2022 } from './documented-august-2022.js';
import { documentedDraft } from './documented-campaign.js';
import { DOCUMENTED_JULY_2022 } from './documented-july-2022.js';
import { DOCUMENTED_JUNE_2022 } from './documented-june-2022.js';
import { renewExamples } from './examples.js';
import { generate, GENERATED_CAMPAIGNS } from './generated.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;

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

/** Fills an account with the document's sample campaigns and with generated ones around the current time. */
export function seedDemo(state: SandboxState): void {
  const documented = [...DOCUMENTED_AUGUST_2022, ...DOCUMENTED_JULY_2022, ...DOCUMENTED_JUNE_2022];
  for (const sample of documented) state.insert(documentedDraft(sample));
  for (let index = 0; index < GENERATED_CAMPAIGNS; index += 1) generate(state, index);
  seedFestiveOffer(state);
  renewExamples(state);
}
