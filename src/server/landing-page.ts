import { type FastifyInstance } from 'fastify';

/** Addresses that answer a plain GET. */
const links = { liveness: '/livez', readiness: '/readyz' };
const service = 'campaign-gateway';
const endpoint = '/graphql';

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${service}</title>
<h1>${service}</h1>
<p>A GraphQL gateway. Send operations to <code>POST ${endpoint}</code>. GraphiQL is off (<code>GRAPHIQL=on</code>).</p>
<ul>
${Object.entries(links)
  .map(([name, path]) => `<li><a href="${path}">${name}</a></li>`)
  .join('\n')}
</ul>
<p>The schema is <code>schema.graphql</code> in the repository, which <code>campaign-gateway schema</code> prints. Its folder
<code>docs</code> describes the rest.</p>
</html>
`;

/** Serves `/` where GraphiQL is off: a page for people, JSON for programs that prefer it. It says nothing about the account. */
export function serveLandingPage(app: FastifyInstance): void {
  app.get('/', (request, reply) => {
    reply.header('cache-control', 'no-cache').header('vary', 'accept');
    const { accept = '' } = request.headers;
    if (/\bapplication\/json\b/.test(accept) && !/\btext\/html\b/.test(accept))
      return reply.send({ service, graphql: endpoint, ...links });
    return reply.type('text/html; charset=utf-8').send(page);
  });
}
