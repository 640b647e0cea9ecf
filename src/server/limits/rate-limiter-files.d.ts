/** The files of rate-limiter-flexible that it says may be imported, and types at its front door alone. */
declare module 'rate-limiter-flexible/lib/RateLimiterMemory.js' {
  import { type RateLimiterMemory } from 'rate-limiter-flexible';
  const limiter: typeof RateLimiterMemory;
  export = limiter;
}

declare module 'rate-limiter-flexible/lib/RateLimiterRedis.js' {
  import { type RateLimiterRedis } from 'rate-limiter-flexible';
  const limiter: typeof RateLimiterRedis;
  export = limiter;
}

declare module 'rate-limiter-flexible/lib/RateLimiterRes.js' {
  import { type RateLimiterRes } from 'rate-limiter-flexible';
  const result: typeof RateLimiterRes;
  export = result;
}
