import { createHash, generateKeyPairSync, generatePrimeSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, expect, describe, it, jest } from '@jest/globals';
import { closesAfterwards } from '../../support/closing.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import {
  inSeconds,
  type Issuer,
  type IssuerKey,
  makeKey,
  sign,
  startIssuer,
} from '../../support/clients/issuer.js';
import {
  isUnauthenticated,
  isAuthorized,
  isUnavailable,
  requestAccess,
} from '../../support/clients/access-request.js';
import { subscribe } from '../../support/clients/subscribing.js';

let issuer: Issuer;
let key: IssuerKey;
let gateway: GatewayUnderTest;

const access = (token: string) => requestAccess(gateway, { authorization: `Bearer ${token}` });

describe('JWKS', () => {
  let shiftMs: number;
  beforeEach(async () => {
    issuer = closesAfterwards(await startIssuer());
    ({ key } = issuer);
    ({ gateway } = await setup({ gateway: { environment: issuer.environment } }));
    shiftMs = 0;
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + shiftMs); // jose takes no clock
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const longToken = (of: IssuerKey) => sign(of, { exp: inSeconds(100_000) });
  /** A token whose header names a key, with a signature of another one. */
  const naming = async (kid: string, alg: string): Promise<string> => {
    const header = Buffer.from(JSON.stringify({ alg, kid })).toString('base64url');
    return [header, ...(await longToken(key)).split('.').slice(1)].join('.');
  };
  const skippedKeys = () =>
    gateway.logs
      .filter((line) => line.includes('cannot be used'))
      .map((line) => (JSON.parse(line) as { readonly skipped: readonly string[] }).skipped);

  it('is requested once for many concurrent requests', async () => {
    const token = await longToken(key);
    const answers = await Promise.all(Array.from({ length: 20 }, () => access(token)));
    for (const answer of answers) expect(answer).toMatchObject(isAuthorized);
    expect(issuer.asked()).toBe(1);
  });

  it('rotation: a new key is accepted without a restart, and a removed key is refused soon', async () => {
    const second = await makeKey('another');
    const [old, young] = [await longToken(key), await longToken(second)];
    expect(await access(old)).toMatchObject(isAuthorized);
    issuer.show([key, second]);
    shiftMs += 11_000;
    expect(await access(young)).toMatchObject(isAuthorized);
    issuer.show([second]);
    expect(await access(old)).toMatchObject(isAuthorized);
    shiftMs += 601_000;
    expect(await access(old)).toMatchObject(isUnauthenticated);
    expect(await access(young)).toMatchObject(isAuthorized);
  });

  it('is not requested for each token with an unknown key id', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 40 }, (_, n) => longToken({ ...key, kid: `k${n}` })),
    );
    for (const token of tokens) expect(await access(token)).toMatchObject(isUnauthenticated);
    expect(issuer.asked()).toBe(1);
    shiftMs += 11_000;
    await Promise.all(tokens.map((token) => access(token)));
    expect(issuer.asked()).toBe(2);
  });

  it.each(['error', 'nonsense', 'nothing'] as const)(
    'is unavailable while the issuer answers %s: 503 at once, after one attempt',
    async (how) => {
      issuer.answer(how);
      const token = await longToken(key);
      const answer = await access(token);
      expect(answer).toMatchObject(isUnavailable);
      expect(answer.text).not.toMatch(/secret|127\.0\.0\.1|jwks|timeout|ERR_/i);
      await Promise.all(Array.from({ length: 20 }, () => access(token)));
      const socket = await subscribe(gateway.url, 'ws', '{ __typename }', {}, { token });
      expect(socket.errors).toMatchObject([{ extensions: { code: '1013' } }]);
      expect(issuer.asked()).toBe(1);
      expect(gateway.logs.filter((line) => line.includes('JWT_JWKS_URL'))).toHaveLength(1);
      expect(gateway.logs.join('')).not.toMatch(/secret/);
      issuer.answer('keys');
      shiftMs += 2500;
      expect(await access(token)).toMatchObject(isAuthorized);
    },
  );

  it('stays valid for an hour while the issuer is down; a token with an unknown key gets 503, not 401', async () => {
    const second = await makeKey('another');
    const [token, young] = [await longToken(key), await longToken(second)];
    expect(await access(token)).toMatchObject(isAuthorized);
    issuer.answer('error');
    shiftMs += 1_800_000;
    expect(await access(token)).toMatchObject(isAuthorized);
    expect(await access(young)).toMatchObject(isUnavailable);
    shiftMs += 1_900_000;
    expect(await access(token)).toMatchObject(isUnavailable);
  });

  describe('unusable keys are skipped, and a token that names one is refused', () => {
    const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits });
    const jwkOf = (one: KeyObject) => one.export({ format: 'jwk' });
    const [weak, other] = [rsa(1024), rsa(2048)];
    const broken: readonly (readonly [what: string, algorithm: string, jwk: unknown])[] = [
      ['an RSA key of 1024 bits', 'RS256', jwkOf(weak.publicKey)],
      ['an RSA key of 1024 bits, used for PS256', 'PS256', jwkOf(weak.publicKey)],
      ['a modulus that is not base64', 'RS256', { kty: 'RSA', n: '!!!', e: 'AQAB' }],
      ['a modulus that is a number', 'RS256', { kty: 'RSA', n: 65537, e: 'AQAB' }],
      ['an empty modulus', 'RS256', { kty: 'RSA', n: '', e: '' }],
      ['no modulus', 'RS256', { kty: 'RSA' }],
      ['an exponent of zero', 'RS256', { ...jwkOf(other.publicKey), e: '' }],
      ['a curve with short coordinates', 'ES256', { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' }],
      [
        'a point off the curve',
        'ES256',
        {
          kty: 'EC',
          crv: 'P-256',
          x: Buffer.alloc(32, 1).toString('base64url'),
          y: Buffer.alloc(32, 2).toString('base64url'),
        },
      ],
      ['another curve', 'ES256', jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
      ['an unknown curve', 'ES256', { kty: 'EC', crv: 'P-1', x: 'AA', y: 'AA' }],
      ['a key for another use', 'EdDSA', jwkOf(generateKeyPairSync('x25519').publicKey)],
      ['a short Ed25519 key', 'EdDSA', { kty: 'OKP', crv: 'Ed25519', x: 'AA' }],
      ['a private key', 'RS256', jwkOf(other.privateKey)],
      ['a shared secret', 'RS256', { kty: 'oct', k: 'c2VjcmV0' }],
      ['an unknown type', 'RS256', { kty: 'PQ' }],
      ['no type', 'RS256', {}],
      ['operations that are not a list', 'RS256', { ...jwkOf(other.publicKey), key_ops: 'verify' }],
      ['an extractable that is text', 'RS256', { ...jwkOf(other.publicKey), ext: 'x' }],
    ];

    it.each(broken)('%s (%s)', async (_what, alg, jwk) => {
      const keys = [{ ...(jwk as object), kid: 'broken' }, key.publicJwk];
      issuer.answer({ body: JSON.stringify({ keys }) });
      expect(await access(await naming('broken', alg))).toMatchObject(isUnauthenticated);
      expect(await access(await sign(key))).toMatchObject(isAuthorized);
      expect(gateway.logs.filter((line) => line.includes('"level":50'))).toEqual([]);
    });

    const modulusOf = (modulus: bigint): string =>
      Buffer.from(modulus.toString(16), 'hex').toString('base64url');
    const odd = BigInt(`0x${Buffer.from(jwkOf(other.publicKey).n ?? '', 'base64url').toString('hex')}`);
    const ed25519 = (hex: string) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(hex, 'hex').toString('base64url'),
    });
    const prime = generatePrimeSync(2048, { bigint: true });
    const degenerate: readonly (readonly [what: string, problem: string, jwk: object])[] = [
      ...['AQ', 'AAAB', 'Ag', 'BA', 'AQAA'].map(
        (e) => [`the exponent ${e}`, 'exponent', { ...jwkOf(other.publicKey), e }] as const,
      ),
      ['an even modulus', 'modulus', { kty: 'RSA', e: 'AQAB', n: modulusOf(odd - 1n) }],
      [
        'a modulus with a small factor',
        'modulus',
        { kty: 'RSA', e: 'AQAB', n: modulusOf(2n ** 2047n + 15n - (2n ** 2047n % 15n)) },
      ],
      ['a prime modulus', 'modulus', { kty: 'RSA', e: 'AQAB', n: modulusOf(prime) }],
      ['the neutral point', 'small order', ed25519(`01${'0'.repeat(62)}`)],
      ['the neutral point with a sign', 'small order', ed25519(`01${'0'.repeat(60)}80`)],
      ['a point of order 4', 'small order', ed25519('0'.repeat(64))],
    ];

    it.each(degenerate)('%s', async (_what, problem, jwk) => {
      issuer.answer({ body: JSON.stringify({ keys: [{ ...jwk, kid: 'degenerate' }, key.publicJwk] }) });
      expect(await access(await sign(key))).toMatchObject(isAuthorized);
      const alg = 'crv' in jwk ? 'EdDSA' : 'RS256';
      expect(await access(await naming('degenerate', alg))).toMatchObject(isUnauthenticated);
      expect(skippedKeys()).toEqual([[expect.stringMatching(`^degenerate: .*${problem}`)]]);
    });

    it('an RSA key of exponent 1, whose signatures need no private key', async () => {
      const { n = '' } = jwkOf(other.publicKey);
      issuer.answer({
        body: JSON.stringify({ keys: [{ kty: 'RSA', kid: 'one', n, e: 'AQ' }, key.publicJwk] }),
      });
      const [, claims] = (await sign(key)).split('.');
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'one' })).toString('base64url');
      const digest = createHash('sha256').update(`${header}.${claims}`).digest('hex');
      const padded = `0001${'f'.repeat(2 * (256 - 3 - 51))}003031300d060960864801650304020105000420${digest}`;
      const forged = `${header}.${claims}.${Buffer.from(padded, 'hex').toString('base64url')}`;
      expect(await access(forged)).toMatchObject(isUnauthenticated);
    });

    it.each([
      ['null', null],
      ['a number', 1],
      ['text', 'x'],
      ['a list', []],
      ['an object without members', {}],
      ['a key whose id is an object', { kty: 'RSA', kid: {} }],
    ])('%s instead of a key', async (_what, jwk) => {
      issuer.answer({ body: JSON.stringify({ keys: [jwk, key.publicJwk] }) });
      expect(await access(await sign(key))).toMatchObject(isAuthorized);
    });

    it('are logged once by key id, however often the JWKS is read', async () => {
      const weakJwk = { ...jwkOf(weak.publicKey), kid: 'weak' };
      issuer.answer({ body: JSON.stringify({ keys: [null, weakJwk, key.publicJwk] }) });
      for (let read = 1; read <= 2; read += 1) {
        expect(await access(await longToken(key))).toMatchObject(isAuthorized);
        expect(await access(await naming('weak', 'RS256'))).toMatchObject(isUnauthenticated);
        expect(issuer.asked()).toBe(read);
        shiftMs += 601_000;
      }
      expect(skippedKeys()).toEqual([
        ['key 1: not an object'],
        ['weak: an RSA key of 1024 bits; 2048 are needed'],
      ]);
    });

    it('do not hide a usable key with the same id', async () => {
      const twin = { ...jwkOf(weak.publicKey), kid: key.kid };
      issuer.answer({ body: JSON.stringify({ keys: [twin, key.publicJwk] }) });
      expect(await access(await sign(key))).toMatchObject(isAuthorized);
    });
  });

  describe('does not cost more because it is large or hostile', () => {
    it('RSA keys of more than 4096 bits are skipped without importing them', async () => {
      const large = (bits: number, kid: string) => ({
        kty: 'RSA',
        kid,
        e: 'AQAB',
        n: Buffer.alloc(bits / 8, 0xff).toString('base64url'),
      });
      const keys = [large(4104, 'a'), large(8192, 'b'), large(400_000, 'c'), key.publicJwk];
      issuer.answer({ body: JSON.stringify({ keys }) });
      expect(await access(await sign(key))).toMatchObject(isAuthorized);
      for (const kid of ['a', 'b', 'c'])
        expect(await access(await naming(kid, 'RS256'))).toMatchObject(isUnauthenticated);
      expect(skippedKeys()).toEqual([
        ['b: an RSA key of more than 4096 bits', 'c: an RSA key of more than 4096 bits'],
        ['a: an RSA key of 4104 bits; at most 4096 are accepted'],
      ]);
    });

    it('keys that no token names are not examined', async () => {
      const short = { kty: 'RSA', e: 'AQAB', n: Buffer.from(generatePrimeSync(512)).toString('base64url') };
      const others = Array.from({ length: 50 }, (_, n) => ({ ...short, kid: `k${n}` }));
      issuer.answer({ body: JSON.stringify({ keys: [...others, key.publicJwk] }) });
      expect(await access(await sign(key))).toMatchObject(isAuthorized);
      expect(await access(await naming('unknown', 'RS256'))).toMatchObject(isUnauthenticated);
      expect(skippedKeys()).toEqual([]);
      expect(await access(await naming('k7', 'RS256'))).toMatchObject(isUnauthenticated);
      expect(skippedKeys()).toEqual([['k7: an RSA key of 512 bits; 2048 are needed']]);
    });

    it('100 keys are accepted, and those after them are skipped', async () => {
      const others = Array.from({ length: 99 }, (_, n) => ({ ...key.publicJwk, kid: `k${n}` }));
      const last = await makeKey('last');
      issuer.answer({ body: JSON.stringify({ keys: [...others, key.publicJwk, last.publicJwk] }) });
      expect(await access(await sign(key))).toMatchObject(isAuthorized);
      expect(await access(await sign(last))).toMatchObject(isUnauthenticated);
      expect(skippedKeys()).toEqual([['the last 1 keys: at most 100 are accepted']]);
    });

    it('five keys of one id are refused without examining them', async () => {
      const twins = await Promise.all(Array.from({ length: 4 }, () => makeKey(key.kid)));
      issuer.show([...twins, key]);
      expect(await access(await sign(key))).toMatchObject(isUnauthenticated);
    });
  });

  describe('tokens with a known key do not wait', () => {
    it('while keys of five minutes are read again', async () => {
      const token = await longToken(key);
      expect(await access(token)).toMatchObject(isAuthorized);
      const asked = holdIssuer();
      shiftMs += 301_000;
      expect(await access(token)).toMatchObject(isAuthorized);
      await asked;
      expect(await access(token)).toMatchObject(isAuthorized);
      expect(issuer.asked()).toBe(2);
    });

    it('while the keys are read for a token with an unknown key', async () => {
      const token = await longToken(key);
      expect(await access(token)).toMatchObject(isAuthorized);
      const asked = holdIssuer();
      shiftMs += 11_000;
      const unknown = access(await naming('unknown', 'ES256'));
      await asked;
      expect(await Promise.race([access(token), unknown])).toMatchObject(isAuthorized);
      expect(await unknown).toMatchObject(isUnavailable);
    });

    it('while the issuer fails', async () => {
      const token = await longToken(key);
      expect(await access(token)).toMatchObject(isAuthorized);
      issuer.answer('error');
      shiftMs += 601_000;
      expect(await access(token)).toMatchObject(isAuthorized); // the first one after idle minutes waits
      const asked = holdIssuer();
      shiftMs += 3000;
      expect(await access(token)).toMatchObject(isAuthorized);
      await asked;
      expect(issuer.asked()).toBe(3);
    });

    /** The issuer does not answer until its client gives up. */
    function holdIssuer(): Promise<void> {
      return new Promise((resolve) => {
        issuer.answer(() => {
          resolve();
        });
      });
    }
  });

  it('a JWKS without any usable key refuses every token', async () => {
    issuer.answer({ body: '{"keys":[]}' });
    expect(await access(await sign(key))).toMatchObject(isUnauthenticated);
  });

  describe('is unavailable if the response is not a key set', () => {
    const nested = '['.repeat(400_000) + ']'.repeat(400_000);
    it.each([
      ['null', 'null'],
      ['a list', '[]'],
      ['an object as keys', '{"keys":{}}'],
      ['lists of lists', nested],
      ['keys of lists of lists', `{"keys":${nested}}`],
      ['more than a megabyte', `{"keys":[],"padding":"${'x'.repeat(1_100_000)}"}`],
    ])('%s', async (_what, body) => {
      issuer.answer({ body });
      const parse = jest.spyOn(JSON, 'parse');
      expect(await access(await sign(key))).toMatchObject(isUnavailable);
      for (const [text] of parse.mock.calls) expect(text.length).toBeLessThan(10_000);
    });

    it('an endless body, abandoned after a megabyte', async () => {
      let sent = 0;
      const closed = new Promise<void>((resolve) => {
        issuer.answer((response) => {
          const write = (): void => {
            while (!response.destroyed && response.write(' '.repeat(65_536))) sent += 65_536;
          };
          response.on('drain', write).on('close', resolve);
          write();
        });
      });
      expect(await access(await sign(key))).toMatchObject(isUnavailable);
      await closed;
      expect(sent).toBeLessThan(32_000_000); // what buffers of the connection hold
    });

    it('a body that arrives slowly, abandoned after three seconds', async () => {
      issuer.answer((response) => {
        const timer = setInterval(() => response.write(' '), 100);
        response.on('close', () => {
          clearInterval(timer);
        });
      });
      const from = performance.now();
      expect(await access(await sign(key))).toMatchObject(isUnavailable);
      expect(performance.now() - from).toBeLessThan(5000);
    });
  });
});
