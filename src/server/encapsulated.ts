import { type FastifyInstance } from 'fastify';

/**
 * Adds routes with hooks and parsers that the rest of the server does not have. Fastify wants a name for them, and would
 * compare every module that is loaded to find one: the name is given.
 */
export async function encapsulated(
  app: FastifyInstance,
  name: string,
  add: (scope: FastifyInstance) => void,
): Promise<void> {
  const plugin = (scope: FastifyInstance, _options: unknown, done: () => void): void => {
    add(scope);
    done();
  };
  await app.register(Object.assign(plugin, { [Symbol.for('fastify.display-name')]: name }));
}
