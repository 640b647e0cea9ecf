import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isAuthorized, isUnauthenticated, requestAccess } from '../../support/clients/access-request.js';
import {
  inSeconds,
  type Issuer,
  type IssuerKey,
  makeKey,
  sign,
  startIssuer,
} from '../../support/clients/issuer.js';
import { closesAfterwards } from '../../support/closing.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { setup } from '../../support/gateway/setup.js';

let issuer: Issuer;
let gateway: GatewayUnderTest;
let shiftMs: number;

beforeEach(async () => {
  issuer = closesAfterwards(await startIssuer());
  ({ gateway } = await setup({ gateway: { environment: issuer.environment } }));
  shiftMs = 0;
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + shiftMs); // jose takes no clock
});
afterEach(() => {
  jest.restoreAllMocks();
});

const access = (token: string) => requestAccess(gateway, { authorization: `Bearer ${token}` });
const tokenOf = (key: IssuerKey, header = {}) => sign(key, { exp: inSeconds(100_000) }, header);
const makeKeys = (count: number, kid: string, algorithm: string) =>
  Promise.all(Array.from({ length: count }, () => makeKey(kid, algorithm)));
/** The key as it is published without an id. */
const withoutId = ({ privateKey, publicJwk }: IssuerKey): IssuerKey => {
  const { kid, ...rest } = publicJwk;
  return { kid: kid ?? '', privateKey, publicJwk: rest };
};

describe.each(['RS256', 'ES256'])('keys that share an id (%s)', (algorithm) => {
  it.each([2, 3, 4])('%i keys: a token of each is accepted', async (count) => {
    const keys = await makeKeys(count, 'shared', algorithm);
    issuer.show(keys);
    for (const key of keys) expect(await access(await tokenOf(key))).toMatchObject(isAuthorized);
    expect(issuer.asked()).toBe(1);
  });

  it('keys without an id: a token without one is accepted of each', async () => {
    const keys = await makeKeys(3, 'unnamed', algorithm);
    issuer.show(keys.map(withoutId));
    for (const key of keys)
      expect(await access(await tokenOf(key, { kid: undefined }))).toMatchObject(isAuthorized);
  });

  it('a token of a key that the issuer does not have is refused, with one read in ten seconds', async () => {
    issuer.show(await makeKeys(3, 'shared', algorithm));
    const forged = await Promise.all(
      Array.from({ length: 10 }, async () => tokenOf(await makeKey('shared', algorithm))),
    );
    for (const token of forged) expect(await access(token)).toMatchObject(isUnauthenticated);
    expect(issuer.asked()).toBe(1);
    shiftMs += 11_000;
    await Promise.all(forged.map(access));
    expect(issuer.asked()).toBe(2);
  });
});

it('a new key under the id of the old one is accepted within ten seconds, and the old one is refused', async () => {
  const [before, after] = await makeKeys(2, 'always', 'ES256');
  if (!before || !after) throw new Error('no keys');
  issuer.show([before]);
  expect(await access(await tokenOf(before))).toMatchObject(isAuthorized);
  issuer.show([after]);
  shiftMs += 11_000;
  expect(await access(await tokenOf(after))).toMatchObject(isAuthorized);
  expect(await access(await tokenOf(before))).toMatchObject(isUnauthenticated);
});

it('an expired token of the second key of an id is refused as expired', async () => {
  const keys = await makeKeys(2, 'shared', 'ES256');
  issuer.show(keys);
  for (const key of keys) {
    const { status, text } = await access(await sign(key, { exp: inSeconds(-60) }));
    expect([status, text]).toEqual([401, expect.stringContaining('The token has expired.')]);
  }
});

it('a token with a false signature is refused while the issuer fails', async () => {
  const { key } = issuer;
  expect(await access(await tokenOf(key))).toMatchObject(isAuthorized);
  issuer.answer('error');
  shiftMs += 11_000;
  expect(await access(await tokenOf(await makeKey(key.kid)))).toMatchObject(isUnauthenticated);
  expect(await access(await tokenOf(key))).toMatchObject(isAuthorized);
});
