import { type SandboxState } from '../state.js';
import { type CallbackOptions } from './callback-options.js';
import { Postman } from './postman.js';
import { CampaignWatch } from './watch.js';

/** How often, in real time, campaigns are looked at. */
const LOOK_EVERY_MS = 100;

/** Callbacks that are being fired. */
export interface Firing {
  /** Nothing is posted any more, and nothing is left open. */
  close(): Promise<void>;
}

/** Fires the callbacks of a state's campaigns from now on. The one timer of the sandbox is here. */
export function fireCallbacks(state: SandboxState, options: CallbackOptions): Firing {
  const { form = 'json', copies = 1 } = options;
  const watch = new CampaignWatch(state);
  const postman = new Postman({ form, copies, speed: state.speed });
  const timer = setInterval(() => {
    postman.round(watch.look());
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
