import { settingNames } from '../../../src/config/variables.js';

/** Every environment variable of the gateway. */
export const knownVariables = settingNames;

/** A file for settings whose file is mounted elsewhere: it is there on every machine, and only root can write it. */
export const someFile = '/etc/passwd';

/** Values for the placeholders in manifests and examples. */
export const filledIn: Readonly<Record<string, string>> = {
  EXOTEL_ACCOUNT_SID: 'acme',
  EXOTEL_API_KEY: 'key',
  EXOTEL_API_TOKEN: 'token',
  REDIS_URL: 'rediss://:password@redis.example.com:6379/0',
  WEBHOOK_SECRET: 'a-long-and-random-secret',
  METRICS_TOKEN: 'a-long-and-random-token',
};
