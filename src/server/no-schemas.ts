/** Routes here have no JSON schemas: what comes in is GraphQL's to check. Fastify would load a validator all the same. */
export const noSchemas = {
  compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema },
};

function refuseSchema(): never {
  throw new Error('A route has a JSON schema, and nothing here compiles it.');
}
