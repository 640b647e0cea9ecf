import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { credentials } from './credentials.mjs';
import { cores, start } from './processes.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Who is measured. The rivals are folders of `rivals/`, with their own lock files. */
export const rivals = ['apollo-rest', 'mercurius-jit', 'mercurius-plain', 'mercurius-fetch', 'bare'];

/** The folder of a rival: one is another with Node's `fetch` as its client of the upstream. */
export const folderOf = (rival) => (rival === 'mercurius-fetch' ? 'mercurius-plain' : rival);
export const contestants = ['gateway, cache off', 'gateway, cache on', ...rivals];

/** What `npm start` gives node, for all of them: V8's heap is nothing that one of them has and another couldn't. */
const { scripts } = JSON.parse(readFileSync(here('../package.json'), 'utf8'));
const startFlags = scripts.start.split(' ').filter((word) => word.startsWith('--'));

/** True for all but the one that has an address for each screen. */
export const speaksGraphql = (name) => name !== 'bare';

/** True for the one that answers words and dates as the upstream spells them. */
export const passesThrough = (name) => folderOf(name) === 'mercurius-plain';

/**
 * Starts one in front of an upstream: production, no logs.
 * @param {string} name
 * @param {string} upstreamUrl
 * @param {Record<string, string>} env more of it, for the gateway
 */
export function startContestant(name, upstreamUrl, env = {}) {
  const upstream = {
    EXOTEL_BASE_URL: upstreamUrl,
    EXOTEL_ACCOUNT_SID: credentials.accountSid,
    EXOTEL_API_KEY: credentials.apiKey,
    EXOTEL_API_TOKEN: credentials.apiToken,
    EXOTEL_CHECK: 'off',
  };
  if (rivals.includes(name))
    return start([...startFlags, here(`rivals/${folderOf(name)}/server.mjs`)], {
      core: cores.measured,
      env: { ...upstream, HTTP_CLIENT: name === 'mercurius-fetch' ? 'fetch' : 'pool' },
    });
  return startGateway({ ...upstream, CACHE: name === 'gateway, cache off' ? 'off' : 'on', ...env });
}

/** Starts the gateway as built, as `npm start` does, without a limit on its calls unless the environment says one. */
export function startGateway(env, nodeArguments = []) {
  return start([...startFlags, ...nodeArguments, here('../dist/main.js')], {
    core: cores.measured,
    env: { PORT: '0', LOG_LEVEL: 'silent', EXOTEL_RATE_LIMIT: '0', ...env },
    ready: /GraphQL +(http\S+)\/graphql/,
  });
}
