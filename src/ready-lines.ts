import { type Config } from './config.js';

/** What is said once the gateway serves. */
export function readyLines({ upstream, access }: Config, url: string): string {
  const where =
    upstream.kind === 'live'
      ? upstream.baseUrl
      : `the embedded sandbox, ${upstream.speed} times as fast as life (SANDBOX_SPEED)`;
  const graphiql = access.isGraphiqlOn ? `\n  GraphiQL   ${url}/` : '';
  return `campaign-gateway is ready
${graphiql}
  GraphQL    ${url}/graphql
  Health     ${url}/livez  ${url}/readyz
  Upstream   ${where}
`;
}
