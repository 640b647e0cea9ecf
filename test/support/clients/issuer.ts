import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** Changes of the claims of a valid token; undefined removes a claim. */
export type Claims = Readonly<Record<string, unknown>>;

/** A key pair of an issuer. */
export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Response of the key endpoint: the keys, no response at all, another body, or a custom handler. */
type Answer =
  | 'keys'
  | 'nothing'
  | 'error'
  | 'nonsense'
  | { readonly body: string }
  | ((response: ServerResponse) => void);

/** An issuer of tokens, with its public keys served over HTTP. */
export interface Issuer {
  /** Variables of a gateway that trusts the issuer. */
  readonly environment: Readonly<Record<string, string>>;
  /** The default signing key. */
  readonly key: IssuerKey;
  /** Number of requests for the keys. */
  readonly asked: () => number;
  /** Publishes these keys from now on. */
  show(keys: readonly IssuerKey[]): void;
  /** Sets the response from now on; "nothing" never responds. */
  answer(how: Answer): void;
  close(): Promise<void>;
}

/** Claims of a valid token. */
export const good = {
  iss: 'https://issuer.example/',
  aud: 'campaigns',
  sub: 'anna',
  scope: 'openid campaigns:read campaigns:write messages:read',
};

/** Epoch seconds, this many from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Creates a key pair. */
export async function makeKey(kid: string, algorithm = 'ES256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' } };
}

/** A valid token with changes. */
export function sign(
  { kid, privateKey, publicJwk }: IssuerKey,
  changes: Claims = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const claims = { ...good, exp: inSeconds(60), ...changes };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: publicJwk.alg ?? '', kid, ...header })
    .sign(privateKey);
}

/** Starts an issuer with one key. */
export async function startIssuer(): Promise<Issuer> {
  const key = await makeKey('first');
  let keys: readonly IssuerKey[] = [key];
  let how: Answer = 'keys';
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    if (how === 'nothing') return;
    if (how === 'error') response.writeHead(500).end('secret words of the issuer');
    else if (how === 'nonsense') response.end('<html>');
    else if (typeof how === 'function') how(response);
    else if (typeof how === 'object') response.end(how.body);
    else response.end(JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }));
  });
  server.keepAliveTimeout = 60_000; // longer than the idle timeout of any client
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path/jwks`;
  return {
    environment: {
      AUTH_MODE: 'jwt',
      JWT_JWKS_URL: url,
      JWT_ISSUER: good.iss,
      JWT_AUDIENCE: `${good.aud},other`,
      JWT_CLOCK_SKEW_MS: '0',
    },
    key,
    asked: () => asked,
    show: (shown) => (keys = shown),
    answer: (next) => (how = next),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
