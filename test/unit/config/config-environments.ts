import { readConfig } from '../../../src/config/config.js';
import { ConfigError } from '../../../src/config/environment/environment.js';

/** All three of them: with these the upstream is live. */
export const credentials = {
  EXOTEL_ACCOUNT_SID: 'exotel1',
  EXOTEL_API_KEY: 'key-4711',
  EXOTEL_API_TOKEN: 'token-0815',
};

/** What is wrong with an environment, a line each; none where it can be started with. */
export function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
