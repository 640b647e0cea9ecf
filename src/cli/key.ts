import { createHash, randomBytes } from 'node:crypto';
import { ApiKeyFileError, parseApiKeys } from '../auth/api-keys.js';
import { usageHint } from './help.js';

const keyBytes = 32;

/**
 * Creates an API key. Prints a list with its entry, which can be redirected to a file for `API_KEYS_FILE`.
 * @param printError prints the key itself, which belongs in no file, and errors.
 * @returns the exit code: 2 for an invalid name or scope.
 */
export function createApiKey(
  [name, ...scopes]: readonly string[],
  print: (text: string) => void,
  printError: (text: string) => void,
): number {
  const key = randomBytes(keyBytes).toString('base64url');
  const sha256 = createHash('sha256').update(key).digest('hex');
  const entry = JSON.stringify({ name, scopes, sha256 });
  try {
    parseApiKeys(`[${entry}]`);
  } catch (error) {
    if (!(error instanceof ApiKeyFileError)) throw error;
    printError(`${error.message.replaceAll('Entry 1: ', 'error: ')}\n${usageHint}`);
    return 2;
  }
  print(`[${entry}]`);
  printError(
    `\nAPI key (secret; it is not stored anywhere and can't be shown again):\n${key}\n\n` +
      'The list on standard output is the content of API_KEYS_FILE, which the gateway reads with AUTH_MODE=api-key.',
  );
  return 0;
}
