import { type Collector } from '../programs/collector.js';
import { type GatewayUnderTest } from '../gateway/gateway-under-test.js';

/** Private values that only their owners may see: all output is searched for each of them. */
export const secrets = {
  apiKey: 'canary-api-key',
  apiToken: 'canary-api-token',
  basic: Buffer.from('canary-api-key:canary-api-token').toString('base64'),
  webhookSecret: 'canary-webhook-secret',
  metricsToken: 'canary-metrics-token',
  redisPassword: 'canary-redis-password',
  clientToken: 'canary-token-of-a-client',
  verifier: 'canary-verifier-of-a-router',
  upstreamWords: 'canary-words-of-the-upstream',
} as const;

/** Private data of people, campaigns and clients: allowed in responses, but in no log. */
export const personal = {
  number: '919811112222',
  body: 'canary-text-of-a-message',
  template: 'canary-template-for-customers',
  name: 'canary-name-of-a-campaign',
  list: 'canary-list-of-contacts',
  key: 'canary-idempotency-key',
  callback: 'canary-path-of-a-callback',
  literal: 'canary-literal-in-a-document',
} as const;

/** Everything that was emitted, by destination. */
export interface Emitted {
  readonly logs: string;
  readonly metrics: string;
  readonly traces: string;
  readonly answers: string;
}

/** Everything that a gateway has emitted, after its close. */
export function emittedBy(
  { logs }: GatewayUnderTest,
  collector: Collector,
  metrics: string,
  answers: readonly string[],
): Emitted {
  return { logs: logs.join(''), metrics, traces: collector.bodies.join('\n'), answers: answers.join('\n') };
}

/** Every canary in a forbidden place, as `where: which`. */
export function leaks(emitted: Emitted, more: Readonly<Record<string, string>> = {}): string[] {
  const everywhere = { ...secrets, ...more, root: process.cwd(), stack: 'node:internal' };
  const found = (where: keyof Emitted, canaries: Readonly<Record<string, string>>): string[] =>
    Object.entries(canaries).flatMap(([which, canary]) =>
      emitted[where].includes(canary) ? [`${where}: ${which}`] : [],
    );
  return [
    ...(['logs', 'metrics', 'traces', 'answers'] as const).flatMap((where) =>
      found(where, where === 'logs' ? { ...everywhere, stack: everywhere.root } : everywhere),
    ),
    ...(['logs', 'metrics', 'traces'] as const).flatMap((where) => found(where, personal)),
  ];
}
