import { expect } from '@jest/globals';
import { CampaignBySidDocument } from '../../operations/generated.js';
import { type ClientError, type GatewayUnderTest } from '../gateway/gateway-under-test.js';

/** Reads one campaign after the other; returns the errors. */
export async function readErrors(on: GatewayUnderTest, wanted: readonly string[]): Promise<ClientError[]> {
  const errors: ClientError[] = [];
  for (const sid of wanted) {
    const answer = await on.execute(CampaignBySidDocument, { sid });
    errors.push(...(answer.errors ?? []));
  }
  return errors;
}

/** Checks that each error is UPSTREAM_RATE_LIMITED with a retry delay. */
export function expectToComeBack(errors: readonly (ClientError | undefined)[]): void {
  for (const error of errors) {
    expect(error?.extensions?.code).toBe('UPSTREAM_RATE_LIMITED');
    const retryAfter = error?.extensions?.['retryAfter'];
    expect(Number.isInteger(retryAfter)).toBe(true);
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(60);
  }
}
