import { type FastifyInstance } from 'fastify';
import { type BreakerState } from '../datasources/exotel/resilience/circuit-breaker.js';
import { type GracefulShutdown } from './connections/graceful-shutdown.js';

/** What is known without asking anybody. */
export interface ReadinessOptions {
  readonly breaker: () => BreakerState;
  /** Undefined where there is no Redis to be reached. */
  readonly isRedisUp: (() => boolean) | undefined;
}

/** What a probe is told. */
export interface ReadinessAnswer {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly checks: {
    readonly server: 'ok' | 'closing';
    readonly upstream: 'ok' | 'failing';
    readonly redis: 'ok' | 'unreachable' | 'notConfigured';
  };
}

/**
 * Whether requests should be sent here. Only a gateway that is closing says no: without its upstream or its Redis it
 * still answers what it has read, and were all of them taken out for it, clients would get nothing at all.
 */
export class Readiness {
  readonly #options: ReadinessOptions;
  #isClosing = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** From now on, requests should go elsewhere; those that come all the same are answered. */
  beginClosing(): void {
    this.#isClosing = true;
  }

  get answer(): ReadinessAnswer {
    const { breaker, isRedisUp } = this.#options;
    const server = this.#isClosing ? 'closing' : 'ok';
    const upstream = breaker() === 'closed' ? 'ok' : 'failing';
    const redis = isRedisUp === undefined ? 'notConfigured' : isRedisUp() ? 'ok' : 'unreachable';
    const isWhole = upstream === 'ok' && redis !== 'unreachable';
    const status = this.#isClosing ? 'unavailable' : isWhole ? 'ok' : 'degraded';
    return { status, checks: { server, upstream, redis } };
  }
}

/** `/livez`: the process answers. `/readyz`: it should be sent requests. Neither spends an upstream call. */
export function serveHealth(app: FastifyInstance, readiness: Readiness, shutdown: GracefulShutdown): void {
  app.get('/livez', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const { answer } = readiness;
    return reply
      .code(answer.status === 'unavailable' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(answer);
  });
  shutdown.onBegin(() => {
    readiness.beginClosing();
  });
}
