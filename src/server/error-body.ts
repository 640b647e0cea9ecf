/** A refusal without a GraphQL answer, in the shape of GraphQL's own errors. */
export function errorBody(message: string, code: string, details: Readonly<Record<string, unknown>> = {}) {
  return { errors: [{ message, extensions: { code, ...details } }] };
}
