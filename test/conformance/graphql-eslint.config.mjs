import graphql from '@graphql-eslint/eslint-plugin';

/** Values have no identity of their own; the contract says which types have an `id`. */
const withoutId = {
  suffixes: ['Connection', 'Edge', 'Payload'],
  types: [
    'CampaignGateway',
    'CampaignValidation',
    'MessageStatusEvent',
    'PageInfo',
    'Schedule',
    'Stats',
    'UpstreamBudget',
    'UserError',
  ],
};

/** The contract has no `Node` interface, and lists that are no connections: `nodes`, `userErrors`, `lists`. */
const edges = { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false };

/** The schema and Relay rules of graphql-eslint, for schema.graphql: run by schema-rules.test.ts. */
export default [
  {
    files: ['**/*.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: './schema.graphql' } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: withoutId }],
      '@graphql-eslint/relay-edge-types': ['error', edges],
    },
  },
];
