/** The document's sample times are Indian. */
const indianOffsetMs = 5.5 * 3_600_000;

/**
 * A name for a campaign that was given none: the upstream's own default, "AccountSID CurrentDate CurrentTime"
 * (`exotel 2021-06-04 11:11:10`), and some letters more. With the upstream's own, two campaigns of one second could
 * not be told apart when the answer to a create was lost.
 *
 * @param random from 0 to 1.
 */
export function defaultName(accountSid: string, nowMs: number, random: () => number): string {
  const time = new Date(nowMs + indianOffsetMs).toISOString().slice(0, 19).replace('T', ' ');
  const letters = Array.from({ length: 8 }, () => Math.floor(random() * 36).toString(36));
  return `${accountSid} ${time} ${letters.join('')}`;
}
