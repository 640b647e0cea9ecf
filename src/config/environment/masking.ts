/** A secret as text for its operator. */
export function lengthOf(text: string): string {
  const { length } = Array.from(text);
  return length === 1 ? '1 character' : `${length} characters`;
}

const mostShown = 100;

/**
 * A refused value as text for its operator. A URL may hold a password, so its user, password, query and fragment are
 * masked. The whole value is masked if those parts can't be found in it.
 */
export function masked(value: string): string {
  const shown = withoutSecrets(value);
  return JSON.stringify(shown.length > mostShown ? `${shown.slice(0, mostShown)}…` : shown);
}

function withoutSecrets(value: string): string {
  if (/^[\da-f:.]+(?:\/\d+)?$/i.test(value) && value.split(':').length > 2) return value; // an IPv6 address
  const [, scheme = '', rest = ''] = /^([a-z]+:\/+|\/\/)?(.*)$/is.exec(value) ?? [];
  const cut = rest.search(/[?#&;=]/);
  const hasUser = rest.includes('@');
  if (/(?:^|\/):/.test(rest) || (hasUser && cut >= 0)) return `${scheme}…`;
  if (cut >= 0) return `${scheme}${rest.slice(0, cut + 1)}…`;
  return hasUser ? `${scheme}…@${rest.slice(rest.lastIndexOf('@') + 1)}` : value;
}
