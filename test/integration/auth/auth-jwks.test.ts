import { afterEach, beforeEach, expect, describe, it, jest } from '@jest/globals';
import { closeAll, startBoth } from '../../support/creating.js';
import { type GatewayUnderTest } from '../../support/gateway-under-test.js';
import { inSeconds, type Issuer, type IssuerKey, makeKey, sign, startIssuer } from '../../support/issuer.js';
import { isKeptOut, isLetIn, isNotTold, knock as knockWith } from '../../support/knock.js';
import { leaveAll, subscribe } from '../../support/subscribing.js';

let issuer: Issuer;
let key: IssuerKey;
let gateway: GatewayUnderTest;

const knock = (token: string) => knockWith(gateway, { authorization: `Bearer ${token}` });

describe("the issuer's keys", () => {
  let shiftMs: number;
  beforeEach(async () => {
    issuer = await startIssuer();
    ({ key } = issuer);
    ({ gateway } = await startBoth({ environment: issuer.environment }));
    shiftMs = 0;
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + shiftMs); // jose takes no clock
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await leaveAll();
    await closeAll();
    await issuer.close();
  });
  const longToken = (of: IssuerKey) => sign(of, { exp: inSeconds(100_000) });

  it('are asked for once, however many ask at once', async () => {
    const token = await longToken(key);
    const answers = await Promise.all(Array.from({ length: 20 }, () => knock(token)));
    for (const answer of answers) expect(answer).toMatchObject(isLetIn);
    expect(issuer.asked()).toBe(1);
  });

  it('may change: a new one is taken without a restart, and one taken out is not taken for long', async () => {
    const second = await makeKey('another');
    const [old, young] = [await longToken(key), await longToken(second)];
    expect(await knock(old)).toMatchObject(isLetIn);
    issuer.show([key, second]);
    shiftMs += 11_000;
    expect(await knock(young)).toMatchObject(isLetIn);
    issuer.show([second]);
    expect(await knock(old)).toMatchObject(isLetIn);
    shiftMs += 601_000;
    expect(await knock(old)).toMatchObject(isKeptOut);
    expect(await knock(young)).toMatchObject(isLetIn);
  });

  it('are not asked for by a flood of tokens that name keys which nobody has', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 40 }, (_, n) => longToken({ ...key, kid: `k${n}` })),
    );
    for (const token of tokens) expect(await knock(token)).toMatchObject(isKeptOut);
    expect(issuer.asked()).toBe(1);
    shiftMs += 11_000;
    await Promise.all(tokens.map((token) => knock(token)));
    expect(issuer.asked()).toBe(2);
  });

  it.each(['error', 'nonsense', 'nothing'] as const)(
    "are not to be had while the issuer answers %s: that is nobody's fault, soon told, and left at that",
    async (how) => {
      issuer.answer(how);
      const token = await longToken(key);
      const answer = await knock(token);
      expect(answer).toMatchObject(isNotTold);
      expect(answer.text).not.toMatch(/secret|127\.0\.0\.1|jwks|timeout|ERR_/i);
      await Promise.all(Array.from({ length: 20 }, () => knock(token)));
      const socket = await subscribe(gateway.url, 'ws', '{ __typename }', {}, { token });
      expect(socket.errors).toMatchObject([{ extensions: { code: '1013' } }]);
      expect(issuer.asked()).toBe(1);
      expect(gateway.logs.filter((line) => line.includes('JWT_JWKS_URL'))).toHaveLength(1);
      expect(gateway.logs.join('')).not.toMatch(/secret/);
      issuer.answer('keys');
      shiftMs += 2500;
      expect(await knock(token)).toMatchObject(isLetIn);
    },
  );

  it('stay good for an hour while the issuer is away; what needs another is not refused, but put off', async () => {
    const second = await makeKey('another');
    const [token, young] = [await longToken(key), await longToken(second)];
    expect(await knock(token)).toMatchObject(isLetIn);
    issuer.answer('error');
    shiftMs += 1_800_000;
    expect(await knock(token)).toMatchObject(isLetIn);
    expect(await knock(young)).toMatchObject(isNotTold);
    shiftMs += 1_900_000;
    expect(await knock(token)).toMatchObject(isNotTold);
  });
});
