import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeNow } from '../../support/closing.js';
import { base64url, CompactSign, type CryptoKey, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { ask } from '../../support/clients/ask.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import {
  good,
  inSeconds,
  type Issuer,
  type IssuerKey,
  makeKey,
  sign,
  startIssuer,
} from '../../support/clients/issuer.js';
import { isUnauthenticated, isAuthorized, requestAccess } from '../../support/clients/access-request.js';

let issuer: Issuer;
let key: IssuerKey;
let gateway: GatewayUnderTest;

const access = (token: string) => requestAccess(gateway, { authorization: `Bearer ${token}` });

/** Everything of a gateway that has not read its issuer's keys yet. */
async function startAnew(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  await closeNow();
  ({ gateway } = await setup({ gateway: { environment: { ...issuer.environment, ...environment } } }));
}

describe('a token', () => {
  let stranger: IssuerKey;
  let rsa: IssuerKey;
  beforeAll(async () => {
    issuer = await startIssuer();
    ({ key } = issuer);
    stranger = await makeKey('first');
    rsa = await makeKey('second', 'RS256');
    issuer.show([key, rsa]);
    await startAnew();
  });
  afterAll(async () => {
    await issuer.close();
  });

  it.each([
    ['by ES256', {}],
    ['for several, one of which is us', { aud: ['x', 'other'] }],
    ['of a program', { sub: undefined, client_id: 'robot' }],
    ['of a program, as another issuer says it', { sub: undefined, azp: 'robot' }],
    ['that has begun', { nbf: inSeconds(-5), iat: inSeconds(-5) }],
  ])('%s is accepted', async (_what, changes) => {
    expect(await access(await sign(key, changes))).toMatchObject(isAuthorized);
  });

  it('signed with RS256 is accepted', async () => {
    expect(await access(await sign(rsa))).toMatchObject(isAuthorized);
  });

  it.each([
    ['that has expired', { exp: inSeconds(-1) }, 'expired'],
    ['that never expires', { exp: undefined }, '"exp"'],
    ['whose end is not a number', { exp: 'tomorrow' }, '"exp"'],
    ['whose end is after the year 9999', { exp: 253_402_300_800 }, '"exp"'],
    ['that has not begun', { nbf: inSeconds(30) }, '"nbf"'],
    ['of another issuer', { iss: 'https://issuer.example' }, '"iss"'],
    ['of no issuer', { iss: undefined }, '"iss"'],
    ['for others', { aud: 'billing' }, '"aud"'],
    ['for nobody in particular', { aud: undefined }, '"aud"'],
    ['of nobody', { sub: undefined }, 'names no caller'],
    ['of a blank', { sub: ' ' }, 'names no caller'],
    ['of a name without end', { sub: 'a'.repeat(256) }, '255 characters'],
  ])('%s is refused with the reason', async (_what, changes, why) => {
    const answer = await access(await sign(key, changes));
    expect(answer).toMatchObject(isUnauthenticated);
    expect(answer.message).toContain(why);
  });

  it.each([
    ['signed by a stranger under a known name', () => sign(stranger)],
    ['signed by a key that is not shown', () => sign({ ...stranger, kid: 'third' })],
    ['signed by another of its keys than it says', () => sign({ ...key, kid: 'second' })],
    ['with another signature cut off', async () => (await sign(key)).replace(/\.[^.]*$/, '.')],
    [
      'whose claims were changed',
      async () => {
        const [header, , signature] = (await sign(key)).split('.');
        const claims = base64url.encode(JSON.stringify({ ...good, sub: 'root', exp: inSeconds(60) }));
        return `${header}.${claims}.${signature}`;
      },
    ],
    ['that is not signed', () => Promise.resolve(new UnsecuredJWT({ ...good, exp: inSeconds(60) }).encode())],
    [
      'signed with the public key as a shared secret',
      async () => {
        const pem = await exportSPKI((await importJWK(rsa.publicJwk, 'RS256')) as CryptoKey);
        const header = { alg: 'HS256', kid: rsa.kid };
        return new SignJWT({ ...good, exp: inSeconds(60) }).setProtectedHeader(header).sign(Buffer.from(pem));
      },
    ],
    [
      'that wants something that nobody knows',
      async () => {
        const header = { alg: 'ES256', kid: 'first', crit: ['magic'], magic: true };
        return new SignJWT({ ...good, exp: inSeconds(60) })
          .setProtectedHeader(header)
          .sign(key.privateKey, { crit: { magic: true } });
      },
    ],
    ['that is not a token', () => Promise.resolve('a.b.c')],
    ['that is text', () => Promise.resolve('anna')],
    ['that is too long', () => Promise.resolve('a'.repeat(9000))],
  ])('%s is refused', async (_what, make) => {
    const answer = await access(await make());
    expect(answer).toMatchObject(isUnauthenticated);
    expect(answer.text).not.toMatch(/secret|127\.0\.0\.1|jws|jwks|ERR_/i);
  });

  it('is the only credential: X-Api-Key is ignored', async () => {
    const { errors } = await ask(gateway, '{ __typename }', { headers: { 'x-api-key': await sign(key) } });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it.each([
    ['scope', 'campaigns:read messages:read'],
    ['scp', 'campaigns:read'],
    ['scp', ['campaigns:read', 'more']],
    ['scopes', ['campaigns:read']],
    ['permissions', ['campaigns:read', 7]],
  ])('has its scopes in %s, as %j', async (claim, said) => {
    expect(await access(await sign(key, { scope: undefined, [claim]: said }))).toMatchObject(isAuthorized);
  });

  it.each([undefined, '', 'campaigns:reads', 'CAMPAIGNS:READ', { 'campaigns:read': true }, 1])(
    'with %j has no scopes',
    async (scope) => {
      expect(await access(await sign(key, { scope }))).toMatchObject({
        status: 200,
        codes: ['FORBIDDEN'],
      });
    },
  );

  it('names the caller in the audit log', async () => {
    const headers = { authorization: `Bearer ${await sign(key, { sub: 'auth0|bert' })}` };
    await ask(gateway, 'mutation { pauseCampaign(sid: "none") { userErrors { code } } }', { headers });
    expect(gateway.logs.join('')).toContain('"who":"auth0|bert"');
  });

  it('with an expiry that parses to Infinity is refused', async () => {
    const claims = JSON.stringify({ ...good, exp: 0 }).replace('"exp":0', '"exp":1e400');
    const token = await new CompactSign(Buffer.from(claims))
      .setProtectedHeader({ alg: key.publicJwk.alg ?? '', kid: key.kid })
      .sign(key.privateKey);
    const answer = await access(token);
    expect(answer).toMatchObject(isUnauthenticated);
    expect(answer.message).toContain('"exp"');
  });

  it('that has just expired is accepted within the clock skew, and no later', async () => {
    await startAnew({ JWT_CLOCK_SKEW_MS: '30000' });
    expect(await access(await sign(key, { exp: inSeconds(-20) }))).toMatchObject(isAuthorized);
    expect(await access(await sign(key, { nbf: inSeconds(20) }))).toMatchObject(isAuthorized);
    expect(await access(await sign(key, { exp: inSeconds(-40) }))).toMatchObject(isUnauthenticated);
    expect(await access(await sign(key, { nbf: inSeconds(40) }))).toMatchObject(isUnauthenticated);
  });
});
