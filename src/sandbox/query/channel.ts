import { ApiFailure } from '../api-failure.js';
import { parameter } from './parameter.js';

/** `channel` is mandatory on list and messages; the samples write it `sms`, the tables `SMS`. */
export function requireChannel(query: URLSearchParams): void {
  const channel = parameter(query, 'channel');
  if (channel === undefined) throw ApiFailure.missing('channel');
  if (channel.toLowerCase() !== 'sms') throw ApiFailure.invalid('channel', 'must be SMS');
}
