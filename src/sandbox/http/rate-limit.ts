import { type HttpResponse, jsonResponse, restException } from './envelope.js';

const MINUTE = 60_000;

/** Decision on a request, and the headers of its response. */
interface RateDecision {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: HttpResponse | undefined;
}

/** Rate limit in fixed minutes of the clock, as the upstream's; 0 for no limit. */
export class RateLimit {
  #minute = 0;
  #used = 0;

  constructor(private readonly limit: number) {}

  /** Counts a request at this time. */
  take(now: number): RateDecision {
    if (this.limit === 0) return { headers: {}, refusal: undefined };
    const minute = Math.floor(now / MINUTE);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#used = 0;
    }
    this.#used += 1;
    const nextMinute = (minute + 1) * MINUTE;
    const headers = {
      'x-ratelimit-limit': String(this.limit),
      'x-ratelimit-remaining': String(Math.max(0, this.limit - this.#used)),
      'x-ratelimit-reset': String(nextMinute / 1000),
    };
    const refusal = this.#used > this.limit ? tooMany(headers, nextMinute - now) : undefined;
    return { headers, refusal };
  }
}

function tooMany(headers: Record<string, string>, waitMs: number): HttpResponse {
  const body = restException(429, 'Too many requests: the rate limit of the account is exceeded');
  return jsonResponse(429, body, { ...headers, 'retry-after': String(Math.ceil(waitMs / 1000)) });
}
