import { type FastifyInstance } from 'fastify';
import { type BreakerState } from '../datasources/exotel/resilience/circuit-breaker.js';
import { type GracefulShutdown } from './connections/graceful-shutdown.js';

/** State that readiness depends on, without any call. */
export interface Readiness {
  readonly breaker: () => BreakerState;
  /** Undefined without Redis. */
  readonly isRedisUp: (() => boolean) | undefined;
}

/** The body of `/readyz`. */
export interface ReadinessAnswer {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly checks: {
    readonly server: 'ok' | 'closing';
    readonly upstream: 'ok' | 'failing';
    readonly redis: 'ok' | 'unreachable' | 'notConfigured';
  };
}

/**
 * Serves `/livez`, which responds while the process does, and `/readyz`, which says whether to send requests here. Only a
 * gateway that is stopping is unavailable: without its upstream or Redis it still serves cached data, and if all gateways
 * were taken out of service for that, clients would get nothing.
 */
export function serveHealth(app: FastifyInstance, readiness: Readiness, shutdown: GracefulShutdown): void {
  app.get('/livez', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const answer = readinessAnswer(readiness, shutdown.hasBegun);
    return reply
      .code(answer.status === 'unavailable' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(answer);
  });
}

function readinessAnswer({ breaker, isRedisUp }: Readiness, isClosing: boolean): ReadinessAnswer {
  const upstream = breaker() === 'closed' ? 'ok' : 'failing';
  const redis = isRedisUp === undefined ? 'notConfigured' : isRedisUp() ? 'ok' : 'unreachable';
  const isWhole = upstream === 'ok' && redis !== 'unreachable';
  return {
    status: isClosing ? 'unavailable' : isWhole ? 'ok' : 'degraded',
    checks: { server: isClosing ? 'closing' : 'ok', upstream, redis },
  };
}
