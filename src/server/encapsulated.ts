import { type FastifyInstance } from 'fastify';

/**
 * Adds routes with hooks and parsers of their own. The plugin gets a name, because Fastify would otherwise search all
 * loaded modules for one.
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
