import { hexDigits } from '../digest.js';
import { type SandboxState } from '../state.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** The one big campaign: completed, with exactly 5,000 messages. */
export function seedFestiveOffer(state: SandboxState): void {
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
