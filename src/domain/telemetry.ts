import { type WebhookKind } from './network/addresses.js';
import { type CampaignAction } from './campaigns/campaign.js';
import { type RequestTrace, type Transport } from './requests/request-trace.js';
import { type FailureReason } from './upstream-failure.js';

/** Kinds of cached resources. */
export const resourceKinds = ['campaign', 'campaigns', 'messages'] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/**
 * Outcomes of a read: `hit` is a fresh cache entry, `miss` a call of this read, `joined` the call of another read, `stale`
 * an old entry in place of a refresh.
 */
export const readOutcomes = ['hit', 'miss', 'joined', 'stale'] as const;
export type ReadOutcome = (typeof readOutcomes)[number];

/** Results of a write; `replayed`: the result of an earlier create under the same idempotency key. */
export const writeOutcomes = ['done', 'replayed', 'refused', 'failed', 'unknown'] as const;

/** Audit line of one write. It has no text of a campaign, no phone number and no secret. */
export interface AuditLine {
  /** Name of the caller. */
  readonly who: string;
  readonly what: 'CREATE' | CampaignAction;
  /** Sid of the campaign; null where it is unknown. */
  readonly sid: string | null;
  readonly outcome: (typeof writeOutcomes)[number];
  /** Codes of the user errors, or of the error. */
  readonly codes: readonly string[];
  /** The upstream's id of the request, for its support. */
  readonly upstreamRequestId: string | null;
}

/** Endpoints of the upstream, with actions apart from updates: method, and path below the account's campaigns. */
export const routes = {
  list: { method: 'GET', path: '' },
  get: { method: 'GET', path: '/{id}' },
  messages: { method: 'GET', path: '/{id}/message-details' },
  create: { method: 'POST', path: '' },
  update: { method: 'PUT', path: '/{id}' },
  action: { method: 'PUT', path: '/{id}' },
} as const;
export type Route = keyof typeof routes;
export const routeNames = Object.keys(routes) as readonly Route[];

/** Address of the upstream. */
export interface UpstreamServer {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly host: string;
  readonly port: number;
}

/** An attempt of an upstream call that is about to be sent. */
export interface StartedCall {
  readonly route: Route;
  /** From 1; greater for a retry. */
  readonly attempt: number;
  readonly priority: string;
  /** Host and port of the upstream. */
  readonly server: UpstreamServer;
  /** Undefined for calls without a request. */
  readonly trace: RequestTrace | undefined;
}

/** End of an attempt. */
export interface CallEnd {
  /** HTTP status; undefined without a response. */
  readonly status: number | undefined;
  /** Undefined on success. */
  readonly reason: FailureReason | undefined;
  /** The upstream's id of the request, as it wrote it. */
  readonly requestId: string | undefined;
  /** Code of the error without a response: `ECONNREFUSED`; undefined with one. */
  readonly errorCode?: string | undefined;
}

/** An attempt in progress. */
export interface ObservedCall {
  /** Headers that continue the trace at the upstream; undefined where tracing is off. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Called once. */
  end(end: CallEnd): void;
}

/** Sources of drift: responses of a route, or callbacks. */
export const driftRoutes = [...routeNames, 'campaignCallback', 'messageCallback'] as const;
export type DriftRoute = (typeof driftRoutes)[number];

/** A difference between the upstream and its document: an unknown key, an unknown status, another type. */
export const driftKinds = ['key', 'status', 'shape'] as const;
export interface Drift {
  readonly kind: (typeof driftKinds)[number];
  /** Path of keys, never a value: `response[].data.schedule.newKey`. */
  readonly path: string;
}

/** Verdicts on a callback; `refused`: it did not reach the receiver. */
export const callbackVerdicts = ['accepted', 'unknownAddress', 'malformed', 'tooEarly', 'refused'] as const;
export type CallbackVerdict = (typeof callbackVerdicts)[number];

/** Fields that can be subscribed to. */
export type LiveField = 'campaignUpdated' | 'messageStatusChanged';

/** Results of a request to remove entries from the cache of a router. */
export const invalidationOutcomes = ['sent', 'failed'] as const;
type InvalidationOutcome = (typeof invalidationOutcomes)[number];

/** Results of a lookup in the response cache; `stale`: an entry behind the response has changed or aged, `bypass`: not cacheable. */
export const responseLookups = ['hit', 'stale', 'miss', 'bypass'] as const;
export type ResponseLookup = (typeof responseLookups)[number];

/** Reason to refuse a connection: the limit of `all` connections, or that of one `caller`. */
export const connectionRefusals = ['all', 'caller'] as const;
export type RefusedConnection = (typeof connectionRefusals)[number];

/**
 * Reason to end a connection: it is `idle`, has sent no request (`silent`) or is `slow` to send one, and others need its slot;
 * its client does not read, for too long (`late`) or too many bytes (`full`); or too many requests wait for the responses to
 * earlier ones on their connections (`waiting`).
 */
export const connectionEnds = ['idle', 'silent', 'slow', 'late', 'full', 'waiting'] as const;
export type EndedConnection = (typeof connectionEnds)[number];

/** Formats of an export. */
export const exportFormats = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Ends of an export; `left`: the client has closed the connection. */
export const exportOutcomes = ['complete', 'incomplete', 'left'] as const;

/** End of an export. */
interface EndedExport {
  readonly outcome: (typeof exportOutcomes)[number];
  /** Code of the error that ended it; undefined if it is complete, or the client has left. */
  readonly reason: string | undefined;
  /** Rows that were sent. */
  readonly rows: number;
  /** Upstream calls, retries included. */
  readonly calls: number;
  readonly durationMs: number;
}

/** A request to a router's invalidation endpoint. */
interface InvalidationFacts {
  /** Host and port of the endpoint. */
  readonly host: string;
  /** HTTP status; undefined without a response. */
  readonly status?: number;
  /** Code of the error without a response: `ECONNREFUSED`. */
  readonly errorCode?: string;
}

/** Type of an operation; `unknown` if the document was refused or has no such operation. */
export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';

/** End of an operation. That of a subscription is when it is accepted or refused. */
export interface OperationEnd {
  /** Codes of the errors that the client is sent. */
  readonly codes: readonly string[];
  readonly hasData: boolean;
  /** True if the client closed its connection before the operation began: it is sent nothing. */
  readonly hasLeft?: boolean | undefined;
  /** Upstream calls made for it. */
  readonly calls?: number | undefined;
  /** True if the cache had everything that was read for it. */
  readonly isFromCache?: boolean | undefined;
}

/** A request that was refused before it became an operation. */
interface RefusedRequest extends Partial<Omit<RequestTrace, 'transport'>> {
  readonly transport: Transport;
  /** HTTP status; undefined for a connection that was closed. */
  readonly status?: number;
}

/** An operation in progress. */
export interface ObservedOperation {
  /** Sets type and name once they are known. A name that no document can have is ignored. */
  is(type: OperationType, name: string | undefined): void;
  end(end: OperationEnd): void;
  /** An accepted subscription has ended. @param events delivered to the client. */
  subscriptionEnded(events: number): void;
}

/**
 * The port through which all rooms report what they do. `src/telemetry` makes metrics, log lines and spans of it. No
 * method throws or waits.
 */
export interface Telemetry {
  /** An operation begins, whatever its transport. */
  operationStarted(transport: Transport, trace: RequestTrace | undefined): ObservedOperation;
  /** An operation has failed with an internal error, of which the client sees nothing. */
  operationFailed(trace: RequestTrace | undefined, error: unknown, path?: readonly (string | number)[]): void;
  /** A client was sent an error outside of an operation. @param request undefined if it could not be read as one. */
  errorSent(code: string, request?: RefusedRequest): void;
  /** @param endpoint path of the route as declared; undefined if no route matched. */
  httpAnswered(endpoint: string | undefined, statusCode: number): void;
  responseLookedUp(result: ResponseLookup): void;
  connectionRefused(reason: RefusedConnection): void;
  connectionEnded(reason: EndedConnection): void;

  /** A read was answered by the cache. */
  readAnswered(resource: ResourceKind, outcome: ReadOutcome): void;
  /** A write has ended. */
  campaignWritten(line: AuditLine, trace: RequestTrace | undefined): void;

  /** An export begins. @returns called once when it has ended. */
  exportStarted(format: ExportFormat, sid: string, trace: RequestTrace): (end: EndedExport) => void;

  /** An attempt is about to be sent to the upstream. */
  callStarted(call: StartedCall): ObservedCall;
  /** A response or a callback differs from the upstream's document. */
  driftFound(route: DriftRoute, drift: Drift, trace: RequestTrace | undefined): void;

  /** A subscription was opened. @returns called once when it is closed. */
  subscriptionOpened(field: LiveField, transport: Transport): () => void;
  /** A change was published; once for any number of subscribers. */
  eventPublished(field: LiveField): void;
  /** A slow subscriber misses an event. */
  eventDropped(field: LiveField): void;
  callbackAnswered(kind: WebhookKind, verdict: CallbackVerdict): void;
  /** A router was asked to remove entries from its cache. */
  cacheInvalidated(outcome: InvalidationOutcome, facts: InvalidationFacts): void;
  /** A message of another instance can't be read. */
  peerMessageIgnored(): void;

  /** A Redis command has failed or was too late. @param code of the connection's error, or of Redis's own. */
  redisFailed(error: Error, code?: string): void;

  /** Redis answers, for the first time or again. */
  redisAnswered(): void;
}
