import { type Campaign } from '../campaign.js';
import { type SandboxState } from '../state.js';
import {
  progressOf,
  type Callback,
  type CallbackOptions,
  callbacksSince,
  hasPendingCallbacks,
  type CallbackProgress,
} from './callback.js';
import { CallbackDispatcher } from './dispatcher.js';

/**
 * Knows how far each campaign has been told. The state stays without timers: a look brings the campaigns that
 * have a callback URL up to now, as any reader does, and finds what happened since the look before.
 */
class CallbackSource {
  readonly #state: SandboxState;
  readonly #told = new Map<Campaign, CallbackProgress>();

  /** What campaigns that are there, or are inserted later in some status, have behind them is never told. */
  constructor(state: SandboxState) {
    this.#state = state;
    state.onInsert((campaign) => {
      this.#begin(campaign);
    });
    for (const campaign of state.campaigns()) this.#begin(campaign);
  }

  /** What happened since the last look, in order for each campaign. */
  look(): Callback[] {
    const callbacks: Callback[] = [];
    for (const [campaign, told] of this.#told) {
      if (hasPendingCallbacks(campaign, told)) callbacks.push(...this.#news(campaign, told));
    }
    return callbacks;
  }

  #begin(campaign: Campaign): void {
    this.#state.find(campaign.sid);
    this.#told.set(campaign, progressOf(campaign, this.#state.now()));
  }

  #news(campaign: Campaign, told: CallbackProgress): Callback[] {
    if (this.#state.find(campaign.sid) !== campaign) {
      this.#told.delete(campaign);
      return [];
    }
    // What a paused campaign has not told yet it tells when it goes on.
    if (campaign.status === 'paused') return [];
    const now = this.#state.now();
    this.#told.set(campaign, progressOf(campaign, now));
    // A test has put a campaign that was over back into an earlier status: it is told anew from there.
    const isRevived = told.hasEnded && campaign.settled === undefined;
    return isRevived ? [] : callbacksSince(told, campaign, now);
  }
}

/** How often, in real time, campaigns are looked at. */
const LOOK_EVERY_MS = 100;

/** Callbacks that are being fired. */
export interface RunningCallbacks {
  /** Nothing is posted any more, and nothing is left open. */
  close(): Promise<void>;
}

/** Fires the callbacks of a state's campaigns from now on. The one timer of the sandbox is here. */
export function startCallbacks(state: SandboxState, options: CallbackOptions): RunningCallbacks {
  const { form = 'json', copies = 1 } = options;
  const watch = new CallbackSource(state);
  const postman = new CallbackDispatcher({ form, copies, speed: state.speed });
  const timer = setInterval(() => {
    postman.dispatch(watch.look());
  }, LOOK_EVERY_MS);
  // A sandbox lives as long as its port is open, not as long as its timer runs.
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await postman.close();
    },
  };
}
