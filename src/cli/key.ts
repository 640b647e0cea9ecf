import { createHash, randomBytes } from 'node:crypto';
import { ApiKeysProblem, parseApiKeys } from '../auth/api-keys.js';

const keyBytes = 32;

/**
 * Makes an API key and says it, once, with what the file of keys is to have of it.
 * @returns the exit code: 2 where the name or a scope can't be.
 */
export function createApiKey(
  [name, ...scopes]: readonly string[],
  say: (line: string) => void,
  complain: (line: string) => void,
): number {
  const key = randomBytes(keyBytes).toString('base64url');
  const sha256 = createHash('sha256').update(key).digest('hex');
  const entry = JSON.stringify({ name, scopes, sha256 });
  try {
    parseApiKeys(`[${entry}]`);
  } catch (error) {
    if (!(error instanceof ApiKeysProblem)) throw error;
    complain(`campaign-gateway key <name> <scope> [<scope>…]\n${error.message.replace('Entry 1: ', '')}`);
    return 2;
  }
  say(`The key, for its bearer alone; nobody can read it again:\n${key}\n`);
  say(`Its entry for API_KEYS_FILE, a JSON list of such:\n${entry}`);
  return 0;
}
