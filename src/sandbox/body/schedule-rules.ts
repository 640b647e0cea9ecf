import { ApiFailure } from '../api-failure.js';
import { parseTime } from '../clock.js';
import { defaultEnd, defaultStart, isFarEnoughAhead, SHORTEST_RUN_MS } from '../schedule.js';
import { type Circumstances } from './campaign-parameters.js';
import { type Body, isBody } from './request-body.js';

/**
 * Reads `schedule`: "when to start and end a campaign in RFC 3339 date-time". Both ends have a default. The
 * document's own create sample ends three minutes after it starts; its rule of two hours counts.
 */
export function readSchedule(
  value: unknown,
  { now, startIsKept = false }: Circumstances,
): { startsAt: number; endsAt: number } {
  if (value !== undefined && value !== null && !isBody(value)) {
    throw ApiFailure.invalid('schedule', 'must be an object');
  }
  const schedule = value ?? {};
  const startsAt = readTime(schedule, 'start_time') ?? defaultStart(now);
  if (!startIsKept && !isFarEnoughAhead(startsAt, now)) {
    throw ApiFailure.invalid('schedule.start_time', 'must be at least 10 minutes ahead of the current time');
  }
  const endsAt = readTime(schedule, 'end_time') ?? defaultEnd(startsAt);
  if (endsAt - startsAt < SHORTEST_RUN_MS) {
    throw ApiFailure.invalid('schedule.end_time', 'must be at least 2 hours after start_time');
  }
  return { startsAt, endsAt };
}

function readTime(schedule: Body, name: string): number | undefined {
  const value = schedule[name];
  if (value === undefined || value === null) return undefined;
  const time = typeof value === 'string' ? parseTime(value) : undefined;
  if (time === undefined) throw ApiFailure.invalid(`schedule.${name}`, 'must be an RFC 3339 date-time');
  // The API's times carry whole seconds.
  return Math.floor(time / 1000) * 1000;
}
