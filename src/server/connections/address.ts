import { type Socket } from 'node:net';

/**
 * The address that a connection is counted by: of IPv6 the first 64 bits, since whoever has one address there has all that
 * begin with them (RFC 6177).
 */
export function addressOf({ remoteAddress = '' }: Pick<Socket, 'remoteAddress'>): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remoteAddress)?.[1];
  if (mapped !== undefined || !remoteAddress.includes(':')) return mapped ?? remoteAddress;
  const [start = '', end] = remoteAddress.split('%', 1)[0]?.split('::') ?? [];
  const groups = start === '' ? [] : start.split(':');
  const left = end === undefined || end === '' ? [] : end.split(':');
  while (groups.length + left.length < 8) groups.push('0');
  return [...groups, ...left].slice(0, 4).join(':');
}
