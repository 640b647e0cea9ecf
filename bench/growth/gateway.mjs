import { startGateway } from '../contestants.mjs';
import { credentials } from '../credentials.mjs';

/** A gateway with its cache on and no limit on its calls, in front of an upstream. */
export function gatewayOn(upstream) {
  return startGateway({
    EXOTEL_BASE_URL: upstream.url,
    EXOTEL_ACCOUNT_SID: credentials.accountSid,
    EXOTEL_API_KEY: credentials.apiKey,
    EXOTEL_API_TOKEN: credentials.apiToken,
    EXOTEL_CHECK: 'off',
    MAX_CONCURRENT_OPERATIONS: '0', // how many at once is what is measured
  });
}

/** The sid of the campaign at an offset of the large upstream's list. */
export const sidAt = (index) => index.toString(16).padStart(32, '0');
