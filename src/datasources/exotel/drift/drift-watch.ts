import { CampaignStatus } from '../../../domain/campaign.js';
import { MessageStatus } from '../../../domain/message.js';
import { type RequestTrace } from '../../../domain/request-trace.js';
import { type Route } from '../call-observer.js';
import { campaignStatusOf, messageStatusOf } from '../mapping/enums.js';
import { callbackFields } from '../wire/callback.js';
import { isObject } from '../wire/values.js';
import { differences, type Drift, isDocumented, signatureOf } from './differences.js';
import {
  answer,
  campaign,
  campaignCallback,
  campaignItem,
  type DocumentedObject,
  envelope,
  item,
  message,
  messageCallback,
  messageItem,
} from './documented.js';

/** Where something came from: a request of ours, or a callback. */
export type DriftRoute = Route | 'campaignCallback' | 'messageCallback';

/** Told of what the document does not have, once for each answer that has it. */
export type OnDrift = (route: DriftRoute, drift: Drift, trace: RequestTrace | undefined) => void;

/** An answer's rows share a few signatures; an upstream that makes up keys must not fill our memory. */
const rememberedSignatures = 500;
const longestSignature = 4000;

/** Many times what a page has; rows beyond are not looked at. */
const comparedRows = 1000;

/** Of most objects. */
const nothing: readonly Drift[] = [];

/** Compares what the upstream says with what its document has. It is only looked at: nothing depends on it. */
export class DriftWatch {
  readonly #onDrift: OnDrift;
  readonly #seen = new Map<string, readonly Drift[]>();

  constructor(onDrift: OnDrift) {
    this.#onDrift = onDrift;
  }

  /**
   * Looks at an answer.
   * @param body undefined where it is no JSON: of a proxy's error that tells nothing, of a success it is a drift.
   * @param trace of whom it was asked for.
   */
  look(route: Route, status: number, body: unknown, trace?: RequestTrace): void {
    const isSuccess = status >= 200 && status < 300;
    if (isObject(body) && 'response' in body) this.#tell(route, this.#ofAnswer(route, body), trace);
    else if (isSuccess && !(isObject(body) && 'RestException' in body))
      this.#tell(route, [{ kind: 'shape', path: '' }], trace);
  }

  /** Looks at a callback. */
  lookAtCallback(kind: 'campaign' | 'message', body: unknown): void {
    const isOfCampaign = kind === 'campaign';
    const route = isOfCampaign ? 'campaignCallback' : 'messageCallback';
    const documented = isOfCampaign ? campaignCallback : messageCallback;
    if (isObject(body))
      this.#tell(route, [
        ...this.#ofObject(body, documented, route, ''),
        ...this.#ofStatus(callbackFields(body), isOfCampaign, 'status'),
      ]);
    else this.#tell(route, [{ kind: 'shape', path: '' }]);
  }

  #tell(route: DriftRoute, drifts: readonly Drift[], trace?: RequestTrace): void {
    if (drifts.length === 0) return;
    const each = new Map(drifts.map((drift) => [`${drift.kind} ${drift.path}`, drift]));
    for (const drift of each.values()) this.#onDrift(route, drift, trace);
  }

  /** Most answers have nothing that the document lacks: that is seen without making anything. */
  #ofAnswer(route: Route, body: Readonly<Record<string, unknown>>): readonly Drift[] {
    const { response } = body;
    const isMessage = route === 'messages';
    const isFamiliar = (each: unknown): boolean => isFamiliarItem(each, isMessage);
    const areFamiliar = Array.isArray(response)
      ? response.length <= comparedRows && response.every(isFamiliar)
      : isFamiliar(response);
    return areFamiliar && isDocumented(body, answer) ? nothing : this.#differencesOf(route, body);
  }

  #differencesOf(route: Route, body: Readonly<Record<string, unknown>>): Drift[] {
    const { response, ...rest } = body;
    const items: unknown[] = Array.isArray(response) ? response : [response];
    const path = Array.isArray(response) ? 'response[]' : 'response';
    return [
      ...this.#ofObject(rest, envelope, 'envelope', ''),
      ...items.slice(0, comparedRows).flatMap((each) => this.#ofItem(route, each, path)),
    ];
  }

  #ofItem(route: Route, value: unknown, path: string): readonly Drift[] {
    if (value === null) return [];
    if (!isObject(value)) return [{ kind: 'shape', path }];
    const isMessage = route === 'messages';
    const { data, ...rest } = value;
    const ofItem = this.#ofObject(rest, item, 'item', path);
    if (data == null) return ofItem;
    if (!isObject(data)) return [...ofItem, { kind: 'shape', path: `${path}.data` }];
    const ofData = this.#ofObject(
      data,
      isMessage ? message : campaign,
      isMessage ? 'message' : 'campaign',
      `${path}.data`,
    );
    const ofStatus = this.#ofStatus(data, !isMessage, `${path}.data.status`);
    return [...ofItem, ...ofData, ...ofStatus];
  }

  #ofObject(
    value: Readonly<Record<string, unknown>>,
    documented: DocumentedObject,
    what: string,
    path: string,
  ): readonly Drift[] {
    if (isDocumented(value, documented)) return nothing;
    const key = `${what} ${path} ${signatureOf(value)}`;
    const seen = this.#seen.get(key);
    if (seen) return seen;
    const found = differences(value, documented, path);
    if (this.#seen.size >= rememberedSignatures) this.#seen.clear();
    if (key.length <= longestSignature) this.#seen.set(key, found);
    return found;
  }

  #ofStatus(
    { status }: { readonly status?: unknown },
    isOfCampaign: boolean,
    path: string,
  ): readonly Drift[] {
    // Where it is no text, its type is told with the others.
    return typeof status !== 'string' || isKnownStatus(status, isOfCampaign)
      ? nothing
      : [{ kind: 'status', path }];
  }
}

function isFamiliarItem(value: unknown, isMessage: boolean): boolean {
  if (value === null) return true;
  if (!isObject(value) || !isDocumented(value, isMessage ? messageItem : campaignItem)) return false;
  const { data } = value;
  return !isObject(data) || typeof data['status'] !== 'string' || isKnownStatus(data['status'], !isMessage);
}

function isKnownStatus(status: string, isOfCampaign: boolean): boolean {
  return isOfCampaign
    ? campaignStatusOf(status) !== CampaignStatus.UNKNOWN
    : messageStatusOf(status) !== MessageStatus.UNKNOWN;
}
