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
 * Source of callbacks: holds the progress of each campaign. The state has no timers. Each poll advances the campaigns with a
 * callback URL, as any read does, and returns the callbacks for what happened since the last poll.
 */
class CallbackSource {
  readonly #state: SandboxState;
  readonly #progress = new Map<Campaign, CallbackProgress>();

  /** Events of a campaign before its insertion, or before this constructor, get no callbacks. */
  constructor(state: SandboxState) {
    this.#state = state;
    state.onInsert((campaign) => {
      this.#begin(campaign);
    });
    for (const campaign of state.campaigns()) this.#begin(campaign);
  }

  /** Callbacks since the last poll, in order for each campaign. */
  poll(): Callback[] {
    const callbacks: Callback[] = [];
    for (const [campaign, progress] of this.#progress) {
      if (hasPendingCallbacks(campaign, progress)) callbacks.push(...this.#callbacks(campaign, progress));
    }
    return callbacks;
  }

  #begin(campaign: Campaign): void {
    this.#state.find(campaign.sid);
    this.#progress.set(campaign, progressOf(campaign, this.#state.now()));
  }

  #callbacks(campaign: Campaign, progress: CallbackProgress): Callback[] {
    if (this.#state.find(campaign.sid) !== campaign) {
      this.#progress.delete(campaign);
      return [];
    }
    // Callbacks of a paused campaign wait until it resumes.
    if (campaign.status === 'paused') return [];
    const now = this.#state.now();
    this.#progress.set(campaign, progressOf(campaign, now));
    // `setStatus` can put an ended campaign back into an earlier status: callbacks start again from there.
    const isReset = progress.hasEnded && campaign.settled === undefined;
    return isReset ? [] : callbacksSince(progress, campaign, now);
  }
}

/** Interval of polls, in real time. */
const POLL_INTERVAL_MS = 100;

/** A running source and dispatcher of callbacks. */
interface RunningCallbacks {
  /** Stops sending and closes all connections. */
  close(): Promise<void>;
}

/**
 * Sends callbacks for all campaigns of a state from now on. This is the only timer of the sandbox.
 * @param isLost whether callbacks of a campaign are not sent.
 */
export function startCallbacks(
  state: SandboxState,
  options: CallbackOptions,
  isLost: (campaignSid: string) => boolean,
): RunningCallbacks {
  const { form = 'json', copies = 1 } = options;
  const source = new CallbackSource(state);
  const dispatcher = new CallbackDispatcher({ form, copies, speed: state.speed });
  const timer = setInterval(() => {
    dispatcher.dispatch(source.poll().filter(({ campaignSid }) => !isLost(campaignSid)));
  }, POLL_INTERVAL_MS);
  // The open port keeps the process alive, not the timer.
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await dispatcher.close();
    },
  };
}
