import { spread } from './digest.js';

const NAMES = ['Asha', 'Vikram', 'shubham_t', 'Kunal', 'Farhan', 'प्रिया', 'கவிதா', 'Meera', 'Joseph', 'Zoya'];
const NUMBERS = 100_000_000;
const STEP = 7_919;

/** Someone on a list. `name` is only there "if saved in Contacts" (API document, 'SMS Details'). */
export interface Recipient {
  readonly number: string;
  readonly name: string | undefined;
}

/** How many contacts a list holds: 20 to 120, always the same for the same list. */
export function listSize(listSid: string): number {
  return 20 + (spread(`size:${listSid}`) % 101);
}

/** How many messages a campaign to these lists has. */
export function audienceOf(lists: readonly string[]): number {
  return lists.reduce((sum, list) => sum + listSize(list), 0);
}

/** The recipient of a campaign's message: lists take turns, and within one list no number comes twice. */
export function recipientAt(lists: readonly string[], index: number): Recipient {
  const list = lists[index % lists.length] ?? '';
  const position = Math.floor(index / lists.length);
  const subscriber = (spread(`numbers:${list}`) + position * STEP) % NUMBERS;
  const choice = spread(`name:${list}:${position}`);
  return {
    number: `+9198${String(subscriber).padStart(8, '0')}`,
    name: choice % 5 === 0 ? undefined : NAMES[choice % NAMES.length],
  };
}
