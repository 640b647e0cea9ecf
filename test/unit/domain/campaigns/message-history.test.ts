import { expect, it } from '@jest/globals';
import { historyWith, MessageStatus, type StatusHistory } from '../../../../src/domain/campaigns/message.js';

/** The statuses that are news, of callbacks with these statuses. */
function newsOf(spellings: readonly string[]): string[] {
  let history: StatusHistory | undefined;
  return spellings.filter((spelling) => {
    const status = Object.values(MessageStatus).find((known) => known === spelling.toUpperCase());
    const next = historyWith(history, status ?? MessageStatus.UNKNOWN, spelling);
    history = next ?? history;
    return next !== undefined;
  });
}

it.each<[callbacks: string, news: string]>([
  ['scheduled submitted sent', 'scheduled submitted sent'],
  ['submitted scheduled sent sent', 'submitted sent'],
  ['sent submitted failed queued', 'sent'],
  ['queued submitted sent', 'queued submitted sent'],
  ['queued sending sent', 'queued sending sent'],
  ['x-a x-b x-c sent x-d', 'x-a x-b x-c sent'],
  ['scheduled queued submitted', 'scheduled queued submitted'],
  ['submitted queued scheduled failed', 'submitted queued failed'],
  ['queued queued Queued QUEUED sent', 'queued sent'],
  ['queued scheduled queued', 'queued scheduled'],
  ['in-transit in_transit In.Transit failed_dnd', 'in-transit failed_dnd'],
])('of the callbacks %s, news are %s', (callbacks, news) => {
  expect(newsOf(callbacks.split(' '))).toEqual(news.split(' '));
});

it('the history of a message is short, whatever the upstream says', () => {
  let history: StatusHistory | undefined = MessageStatus.SUBMITTED;
  for (let index = 0; index < 1000; index += 1)
    history = historyWith(history, MessageStatus.UNKNOWN, `${index}${'x'.repeat(100)}`);
  expect(history?.length).toBeLessThan(100);
});
