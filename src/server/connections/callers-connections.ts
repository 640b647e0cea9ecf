import { type FastifyInstance } from 'fastify';
import { anonymous, nobody } from '../../domain/caller.js';
import { refuse } from '../refuse.js';
import { type Connections, refusals } from './connections.js';

/**
 * Counts connections for callers as soon as a request shows who that is; the request is refused where its caller has too
 * many. To be called where such a limit is set: the hook costs every request something.
 */
export function countForCallers(app: FastifyInstance, connections: Connections): void {
  const [status, message, code] = refusals.caller;
  app.addHook('preParsing', ({ caller, raw }, reply, _payload, done) => {
    const isKnown = caller !== anonymous && caller !== nobody;
    if (!isKnown || connections.belongsTo(raw.socket, caller.name)) done();
    else refuse(reply.header('connection', 'close'), status, message, code);
  });
}
