import { type CallEnd, type Route } from '../../domain/telemetry.js';

/**
 * Whether the upstream accepts the credentials: `refused` if they have never worked since the start, `revoked` if they
 * worked before.
 */
export type CredentialsState = 'unknown' | 'accepted' | 'refused' | 'revoked';

/** Options where several processes share what they know. */
export interface CredentialsOptions {
  /** State that another process has found. */
  readonly state: CredentialsState;
  /** Called when a call of this process has changed the state. */
  readonly onChange: (state: CredentialsState) => void;
}

/** Follows from the ends of all calls whether the upstream accepts the gateway's credentials. */
export class Credentials {
  #state: CredentialsState;
  readonly #onChange: CredentialsOptions['onChange'] | undefined;

  constructor(options?: CredentialsOptions) {
    this.#state = options?.state ?? 'unknown';
    this.#onChange = options?.onChange;
  }

  get state(): CredentialsState {
    return this.#state;
  }

  /** Takes over the state that another process has found. */
  apply(state: CredentialsState): void {
    this.#state = state;
  }

  /**
   * Looks at the end of a call. Any success proves the credentials. A 403 concerns them if not even the list of campaigns may
   * be read; elsewhere it may concern one resource. Other failures say nothing.
   */
  observe(route: Route, { reason }: Pick<CallEnd, 'reason'>): void {
    const isRefused = reason === 'unauthorized' || (reason === 'forbidden' && route === 'list');
    if (!isRefused && reason !== undefined) return;
    const hadWorked = this.#state === 'accepted' || this.#state === 'revoked';
    const state = !isRefused ? 'accepted' : hadWorked ? 'revoked' : 'refused';
    if (state === this.#state) return;
    this.#state = state;
    this.#onChange?.(state);
  }
}
