import { createRemoteJwksSigningKeyProvider, defineConfig } from '@graphql-hive/gateway';
import { gatewayConfig as ofExample } from './gateway.config.mjs';

/** The supergraph, composed of the schema of SUBGRAPH_AUTH_DIRECTIVES=on, and what the campaign gateway has in JWT_… too. */
const {
  SUPERGRAPH,
  JWT_JWKS_URL,
  JWT_ISSUER,
  JWT_AUDIENCE = '',
  JWT_ALGORITHMS = 'RS256,ES256',
} = process.env;

/** The router checks the scopes itself, by the `scope` of the client's token. */
export const gatewayConfig = defineConfig({
  ...ofExample,
  supergraph: SUPERGRAPH,
  jwt: {
    signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: JWT_JWKS_URL })],
    tokenVerification: {
      issuer: JWT_ISSUER,
      audience: JWT_AUDIENCE.split(','),
      algorithms: JWT_ALGORITHMS.split(','),
    },
    reject: { missingToken: false, invalidToken: true },
  },
  genericAuth: {
    mode: 'protect-granular',
    resolveUserFn: ({ jwt }) => jwt?.payload,
    extractScopes: (payload) => payload?.scope?.split(' ') ?? [],
    rejectUnauthenticated: false, // fields that need a scope are null, with an error
  },
});
