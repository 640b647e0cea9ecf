import { type Config } from '../config.js';
import { ConfigError } from '../config/environment.js';
import { isLoopback } from '../config/values.js';
import { ApiKeysProblem } from '../server/auth/api-keys-file.js';
import { ApiKeys } from '../server/auth/api-keys.js';
import { type Authenticator, openToAll } from '../server/auth/authenticator.js';
import { type Logger } from '../server/logger.js';

/** What tells who asks, and how it is let go of. */
export interface OpenAuthentication {
  readonly authenticate: Authenticator;
  close(): void;
}

/**
 * What tells who asks, as it is configured.
 * @throws ConfigError for a file of keys that can't be read.
 */
export async function openAuthentication(
  { host, access: { auth } }: Config,
  now: () => number,
  logger: Logger,
): Promise<OpenAuthentication> {
  const nothingToClose = (): void => undefined;
  if (auth.mode === 'jwt') {
    const { jwtAuthenticator } = await import('../server/auth/jwt.js');
    return { authenticate: jwtAuthenticator({ ...auth, now, logger }), close: nothingToClose };
  }
  if (auth.mode === 'none') {
    if (!isLoopback(host))
      logger.warn({ host }, 'AUTH_MODE is none: WHOEVER REACHES THIS HOST CAN READ, SEND AND END CAMPAIGNS');
    return { authenticate: openToAll, close: nothingToClose };
  }
  try {
    const keys = await ApiKeys.open(auth.file, logger);
    return {
      authenticate: keys.authenticate,
      close: () => {
        keys.close();
      },
    };
  } catch (error) {
    if (!(error instanceof ApiKeysProblem)) throw error;
    throw new ConfigError([`API_KEYS_FILE: ${error.message}`]);
  }
}
