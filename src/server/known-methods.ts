import { type FastifyInstance } from 'fastify';

/** The segments of a route's path; one that begins with a colon stands for any. */
interface KnownRoute {
  readonly segments: readonly string[];
  readonly methods: ReadonlySet<string>;
}

/**
 * Follows the routes of a server. To be called before any is added.
 * @returns the methods that an address takes, for `Allow`; none where there is no such address.
 */
export function knownMethods(app: FastifyInstance): (url: string) => readonly string[] {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ segments: url.split('/'), methods: new Set([method].flat()) });
  });
  return (url) => {
    const segments = (url.split('?', 1)[0] ?? '').split('/');
    const methods = routes
      .filter((route) => fits(route.segments, segments))
      .flatMap((route) => [...route.methods]);
    return [...new Set(methods)].sort();
  };
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => part.startsWith(':') || part === segments[index])
  );
}
