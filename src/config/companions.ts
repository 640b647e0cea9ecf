import { type Environment } from './environment/environment.js';
import { type Name } from './variables.js';
import { credentialNames } from './upstream.js';

/** Settings that have no effect unless another setting has a certain value, or any. */
const companions: readonly (readonly [name: Name, companion: Name, needed: string | undefined])[] = [
  ['API_KEYS_FILE', 'AUTH_MODE', 'api-key'],
  ['JWT_JWKS_URL', 'AUTH_MODE', 'jwt'],
  ['JWT_ISSUER', 'AUTH_MODE', 'jwt'],
  ['JWT_AUDIENCE', 'AUTH_MODE', 'jwt'],
  ['JWT_ALGORITHMS', 'AUTH_MODE', 'jwt'],
  ['JWT_CLOCK_SKEW_MS', 'AUTH_MODE', 'jwt'],
  ['TRUSTED_DOCUMENTS_MODE', 'TRUSTED_DOCUMENTS', undefined],
  ['CACHE_INVALIDATION_KEY', 'CACHE_INVALIDATION_ENDPOINTS', undefined],
  ['SUBGRAPH_NAME', 'CACHE_INVALIDATION_ENDPOINTS', undefined],
];

/** Refuses settings without effect. The gateway would start open, or on the sandbox, and its operator would not know. */
export function refuseUnused(environment: Environment): void {
  for (const [name, companion, needed] of companions) {
    const other = environment.textOf(companion);
    if (needed === undefined ? other !== undefined : other === needed) continue;
    const is = other === undefined ? 'not set' : environment.shown(companion);
    refuse(environment, name, `unless ${companion} is ${needed ?? 'set'}; ${companion} is ${is}`);
  }
  if (credentialNames.every((name) => environment.isGiven(name)))
    for (const name of ['SANDBOX_SPEED', 'SANDBOX_PORT'] as const)
      refuse(
        environment,
        name,
        `on the live API; unset it, or ${credentialNames.join(', ')} for the sandbox`,
      );
  if (environment.textOf('CACHE') !== 'off') return;
  const unused = environment.textOf('ANSWERS_CACHE_BYTES') === '0' ? [] : (['ANSWERS_CACHE_BYTES'] as const);
  for (const name of [...unused, 'CACHE_SCOPE'] as const)
    refuse(environment, name, 'with CACHE=off; unset one of the two');
}

function refuse(environment: Environment, name: Name, when: string): void {
  if (environment.isGiven(name))
    environment.refuse(`${name}: got ${environment.shown(name)}, has no effect ${when}.`);
}
