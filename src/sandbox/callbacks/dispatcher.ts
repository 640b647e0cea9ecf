import { Agent, type Dispatcher, request } from 'undici';
import { type Callback, type CallbackForm } from './callback.js';

/** A callback to send, for the first time or again. */
export interface QueuedCallback {
  readonly callback: Callback;
  /** Number of earlier attempts. */
  readonly attempts: number;
}

/** Callbacks of one campaign: those that wait, oldest first, and the number in flight. */
interface CampaignQueue {
  readonly waiting: { readonly queued: QueuedCallback; readonly order: number }[];
  inFlight: number;
  isBlocked: boolean;
}

/**
 * A queue of callbacks for each campaign; campaigns take turns. The callback for the start or the end of a campaign is sent
 * alone: after all earlier callbacks of the campaign had a response or failed once, and before all later ones. A retry
 * blocks nothing, since callbacks may arrive late and out of order.
 */
export class CallbackQueue {
  readonly #maximum: number;
  readonly #campaigns = new Map<string, CampaignQueue>();
  #waiting = 0;
  #arrived = 0;

  /** @param maximum length of all queues together; beyond it the oldest callback is dropped. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  add(queued: QueuedCallback): void {
    if (this.#waiting === this.#maximum) this.#dropOldest();
    const sid = queued.callback.campaignSid;
    const campaign = this.#campaigns.get(sid) ?? { waiting: [], inFlight: 0, isBlocked: false };
    campaign.waiting.push({ queued, order: this.#arrived });
    this.#campaigns.set(sid, campaign);
    this.#waiting += 1;
    this.#arrived += 1;
  }

  /** Takes the next callback that may be sent; call `finish` after it. */
  take(): QueuedCallback | undefined {
    for (const [sid, campaign] of this.#campaigns) {
      const next = campaign.waiting[0]?.queued;
      if (next === undefined || campaign.isBlocked || (isExclusive(next) && campaign.inFlight > 0)) continue;
      campaign.waiting.shift();
      campaign.inFlight += 1;
      campaign.isBlocked = isExclusive(next);
      this.#waiting -= 1;
      this.#campaigns.delete(sid); // to the end of the map: the others are next
      this.#campaigns.set(sid, campaign);
      return next;
    }
    return undefined;
  }

  finish(queued: QueuedCallback): void {
    const sid = queued.callback.campaignSid;
    const campaign = this.#campaigns.get(sid);
    if (campaign === undefined) return;
    campaign.inFlight -= 1;
    campaign.isBlocked = false;
    if (campaign.inFlight === 0 && campaign.waiting.length === 0) this.#campaigns.delete(sid);
  }

  #dropOldest(): void {
    const campaigns = [...this.#campaigns.values()].filter(({ waiting }) => waiting.length > 0);
    campaigns.sort((one, other) => (one.waiting[0]?.order ?? 0) - (other.waiting[0]?.order ?? 0));
    if (campaigns[0]?.waiting.shift() !== undefined) this.#waiting -= 1;
  }
}

function isExclusive({ callback, attempts }: QueuedCallback): boolean {
  return callback.isOfCampaign && attempts === 0;
}

/** Exotel's pages give a receiver 15, 10 or 5 seconds. */
const TIMEOUT_MS = 5_000;

/**
 * Sends a callback, without a signature, as Exotel does. Redirects are not followed: "A 3xx counts as a failure" (Exotel's
 * public developer pages).
 * @returns whether the response was 2xx, in time.
 */
async function post(callback: Callback, form: CallbackForm, dispatcher: Dispatcher): Promise<boolean> {
  const { contentType, text } = form === 'json' ? asJson(callback) : asForm(callback);
  try {
    const response = await request(callback.url, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': contentType },
      body: text,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // The body does not matter, but the connection is free only when it has been read.
    await response.body.dump().catch(() => undefined);
    return response.statusCode >= 200 && response.statusCode < 300;
  } catch {
    return false;
  }
}

interface EncodedBody {
  readonly contentType: string;
  readonly text: string;
}

function asJson({ fields }: Callback): EncodedBody {
  return { contentType: 'application/json', text: JSON.stringify(fields) };
}

/** A form has no null: `reports` is empty until the campaign completes. */
function asForm({ fields }: Callback): EncodedBody {
  const pairs = Object.entries(fields).map(([name, value]): [string, string] => [name, value ?? '']);
  return {
    contentType: 'application/x-www-form-urlencoded',
    text: new URLSearchParams(pairs).toString(),
  };
}

/** Options of the dispatcher. */
interface CallbackDispatcherOptions {
  readonly form: CallbackForm;
  readonly copies: number;
  /** Factor by which delays between attempts are shortened, as campaigns are. */
  readonly speed: number;
}

/** "2 to 4 times within about 45 minutes" (Exotel's public developer pages): after 1, 5 and 25 minutes. */
const RETRY_DELAYS_MS = [60_000, 300_000, 1_500_000];
const MINIMUM_DELAY_MS = 100;
const MAXIMUM_IN_FLIGHT = 16;
const MAXIMUM_WAITING = 10_000;

/** Sends callbacks, a few at a time, and retries those that are not acknowledged. */
export class CallbackDispatcher {
  readonly #options: CallbackDispatcherOptions;
  readonly #agent = new Agent();
  readonly #queue = new CallbackQueue(MAXIMUM_WAITING);
  #retries: { readonly queued: QueuedCallback; readonly dueMs: number }[] = [];
  #inFlight = 0;
  #isClosed = false;

  constructor(options: CallbackDispatcherOptions) {
    this.#options = options;
  }

  /** Queues new callbacks and due retries, and sends as many as may be in flight. */
  dispatch(callbacks: readonly Callback[]): void {
    const now = performance.now();
    const due = this.#retries.filter(({ dueMs }) => dueMs <= now);
    if (due.length > 0) this.#retries = this.#retries.filter(({ dueMs }) => dueMs > now);
    for (const { queued } of due) this.#queue.add(queued);
    for (const callback of callbacks) this.#queue.add({ callback, attempts: 0 });
    this.#send();
  }

  /** Aborts requests in flight and drops the queue. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#agent.destroy();
  }

  #send(): void {
    while (!this.#isClosed && this.#inFlight < MAXIMUM_IN_FLIGHT) {
      const queued = this.#queue.take();
      if (queued === undefined) return;
      void this.#post(queued);
    }
  }

  async #post(queued: QueuedCallback): Promise<void> {
    this.#inFlight += 1;
    // Copies are sent one after the other; each that is not acknowledged is retried on its own.
    const copies = queued.attempts === 0 ? this.#options.copies : 1;
    for (let copy = 0; copy < copies && !this.#isClosed; copy += 1) {
      const isAcknowledged = await post(queued.callback, this.#options.form, this.#agent);
      if (!isAcknowledged) this.#scheduleRetry(queued);
    }
    this.#inFlight -= 1;
    this.#queue.finish(queued);
    this.#send();
  }

  #scheduleRetry({ callback, attempts }: QueuedCallback): void {
    const delayMs = RETRY_DELAYS_MS[attempts];
    if (delayMs === undefined) return;
    if (this.#retries.length === MAXIMUM_WAITING) this.#retries.shift();
    const dueMs = performance.now() + Math.max(MINIMUM_DELAY_MS, delayMs / this.#options.speed);
    this.#retries.push({ queued: { callback, attempts: attempts + 1 }, dueMs });
  }
}
