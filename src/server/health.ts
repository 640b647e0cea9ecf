import { type FastifyInstance } from 'fastify';
import { type CredentialsState } from '../datasources/exotel/credentials-state.js';
import { type BreakerState } from '../datasources/exotel/resilience/circuit-breaker.js';
import { type GracefulShutdown } from './connections/graceful-shutdown.js';

/** State that readiness depends on, without any call. */
export interface Readiness {
  readonly breaker: () => BreakerState;
  readonly credentials: () => CredentialsState;
  /** Undefined without Redis. */
  readonly isRedisUp: (() => boolean) | undefined;
}

/** The body of `/readyz`. */
interface ReadinessAnswer {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly checks: {
    readonly server: 'ok' | 'closing';
    readonly upstream: 'ok' | 'failing' | 'credentialsRefused';
    readonly redis: 'ok' | 'unreachable' | 'notConfigured';
  };
}

/**
 * Serves `/livez`, which responds while the process does, and `/readyz`, which says whether to send requests here. A gateway
 * that is stopping is unavailable, and one whose credentials have never worked: it has no data, and a rollout must end there.
 * Without its upstream or Redis, and with credentials that worked before, a gateway still serves cached data; if all were
 * taken out of service for that, clients would get nothing.
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

function readinessAnswer(
  { breaker, credentials, isRedisUp }: Readiness,
  isClosing: boolean,
): ReadinessAnswer {
  const state = credentials();
  const isRefused = state === 'refused' || state === 'revoked';
  const upstream = isRefused ? 'credentialsRefused' : breaker() === 'closed' ? 'ok' : 'failing';
  const redis = isRedisUp === undefined ? 'notConfigured' : isRedisUp() ? 'ok' : 'unreachable';
  const isWhole = upstream === 'ok' && redis !== 'unreachable';
  return {
    status: isClosing || state === 'refused' ? 'unavailable' : isWhole ? 'ok' : 'degraded',
    checks: { server: isClosing ? 'closing' : 'ok', upstream, redis },
  };
}
