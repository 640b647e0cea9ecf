import { isObject, type JsonObject } from '../../../domain/json.js';
import { field, nested, shapeOf, unread, type WireType } from './fields.js';
import { count, exactText, integer } from './values.js';

/** Ids of requests are written to the log: no other text of the upstream may be. */
const requestIdForm = /^[\w.-]{1,128}$/;

const requestId: WireType<string | undefined> = {
  read: (value) => {
    const id = exactText.read(value);
    return id !== undefined && requestIdForm.test(id) ? id : undefined;
  },
  shape: 'text',
};

const metadataFields = {
  count: unread('number', 'count'),
  offset: field(count, 'offset'),
  total: field(count, 'total'),
  limit: field(count, 'limit'),
};

const envelopeFields = {
  requestId: field(requestId, 'request_id'),
  method: unread('text', 'method'),
  httpCode: field(integer, 'http_code'),
  metadata: field(nested(shapeOf(metadataFields)), 'metadata'),
};

const errorFields = {
  code: field(integer, 'code'),
  message: field(exactText, 'message'),
  description: field(exactText, 'description'),
};

const itemFields = {
  code: field(integer, 'code'),
  status: field(exactText, 'status'),
  error: field(nested(shapeOf(errorFields)), 'error_data'),
};

/** Documented shape of an envelope without its items. */
export const envelopeShape = shapeOf(envelopeFields);
/** Documented shape of an item without its data. */
export const itemShape = shapeOf(itemFields);

/** `error_data` of a failed item. */
export interface WireErrorData {
  readonly code: number | undefined;
  readonly message: string | undefined;
  readonly description: string | undefined;
}

/** An item of a response. Its `data` is read by the mapping. */
export interface WireItem {
  readonly code: number | undefined;
  readonly status: string | undefined;
  /** Null if there is none. */
  readonly error: WireErrorData | null;
  readonly data: unknown;
}

/** Envelope of every response. All of it is optional: unreadable parts are undefined. */
export interface WireEnvelope {
  readonly requestId: string | undefined;
  readonly httpCode: number | undefined;
  /** Number of rows, and maximum of rows in a page. */
  readonly total: number | undefined;
  readonly limit: number | undefined;
  /** Position of the first row, as the response has it. */
  readonly offset: number | undefined;
  readonly items: readonly WireItem[];
  readonly isList: boolean;
  /** Time of the `Date` header in epoch milliseconds. */
  readonly answeredAtMs?: number | undefined;
}

/** Reads an envelope. */
export function readEnvelope(json: JsonObject, answeredAtMs?: number): WireEnvelope {
  const metadata = envelopeFields.metadata.of(json);
  const { response } = json;
  return {
    requestId: envelopeFields.requestId.of(json),
    httpCode: envelopeFields.httpCode.of(json),
    total: metadataFields.total.of(metadata),
    limit: metadataFields.limit.of(metadata) || undefined,
    offset: metadataFields.offset.of(metadata),
    items: itemsOf(response),
    isList: Array.isArray(response),
    answeredAtMs,
  };
}

/** Create has an array and get an object, "sometimes the other way round": both are read as an array. */
function itemsOf(response: unknown): readonly WireItem[] {
  if (response == null) return [];
  return Array.isArray(response) ? response.map(itemOf) : [itemOf(response)];
}

const unreadable: WireItem = { code: undefined, status: undefined, error: null, data: undefined };

/** An unreadable item must not make its neighbours unreadable. */
function itemOf(value: unknown): WireItem {
  if (!isObject(value)) return unreadable;
  return {
    code: itemFields.code.of(value),
    status: itemFields.status.of(value),
    error: isObject(value['error_data']) ? errorOf(value['error_data']) : null,
    data: value['data'],
  };
}

function errorOf(error: JsonObject): WireErrorData {
  return {
    code: errorFields.code.of(error),
    message: errorFields.message.of(error),
    description: errorFields.description.of(error),
  };
}

/** Status in the errors of older layers (429 and some 401s). Their `Code` may be text, and says no more. */
export function restExceptionStatus({ RestException: exception }: JsonObject): number | undefined {
  return isObject(exception) ? integer.read(exception['Status']) : undefined;
}
