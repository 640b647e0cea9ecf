import { isObject, type JsonObject } from '../../../domain/json.js';
import { type RequestTrace } from '../../../domain/requests/request-trace.js';
import { type Drift, type DriftRoute, type Route, type Telemetry } from '../../../domain/telemetry.js';
import { campaignCallbackFields, callbackObject, messageCallbackFields } from '../wire/callback.js';
import { campaignFields } from '../wire/campaign.js';
import { envelopeShape, itemShape } from '../wire/envelope.js';
import { type Fields, type ObjectShape, shapeOf } from '../wire/fields.js';
import { differences, differencesOf, isDocumented } from './differences.js';

const responseShape = envelopeShape.with({ response: 'anything' });
const callbackShapes = { campaign: shapeOf(campaignCallbackFields), message: shapeOf(messageCallbackFields) };

/** Many times the size of a page. Further rows are not compared. */
const maximumRows = 1000;

const noDrift: readonly Drift[] = [];

/** Compares responses and callbacks with the API document, and reports differences. */
export class DriftWatch {
  readonly #telemetry: Pick<Telemetry, 'driftFound'>;
  readonly #itemShapes = new Map<Fields, ObjectShape>();

  constructor(telemetry: Pick<Telemetry, 'driftFound'>) {
    this.#telemetry = telemetry;
  }

  /**
   * Compares a response.
   * @param body undefined if it is not JSON: a drift for a success, but not for an error of a proxy.
   * @param trace the request on whose behalf the call was made.
   * @param fields fields of the rows.
   */
  look(
    route: Route,
    status: number,
    body: unknown,
    trace?: RequestTrace,
    fields: Fields = campaignFields,
  ): void {
    const isSuccess = status >= 200 && status < 300;
    if (isObject(body) && 'response' in body)
      this.#report(route, responseDrift(body, this.#itemShape(fields)), trace);
    else if (isSuccess && !(isObject(body) && 'RestException' in body))
      this.#report(route, [{ kind: 'shape', path: '' }], trace);
  }

  /** Compares a callback. Its status is compared in any spelling of its key. */
  lookAtCallback(kind: 'campaign' | 'message', body: unknown): void {
    const fields = kind === 'campaign' ? campaignCallbackFields : messageCallbackFields;
    const { status } = callbackObject(body, fields);
    this.#report(`${kind}Callback`, [
      ...differencesOf(body ?? [], callbackShapes[kind], ''),
      ...(typeof status === 'string' ? differences({ status }, callbackShapes[kind], '') : noDrift),
    ]);
  }

  #itemShape(fields: Fields): ObjectShape {
    const shape = this.#itemShapes.get(fields) ?? itemShape.with({ data: shapeOf(fields) });
    this.#itemShapes.set(fields, shape);
    return shape;
  }

  #report(route: DriftRoute, drifts: readonly Drift[], trace?: RequestTrace): void {
    if (drifts.length === 0) return;
    const different = new Map(drifts.map((drift) => [`${drift.kind} ${drift.path}`, drift]));
    for (const drift of different.values()) this.#telemetry.driftFound(route, drift, trace);
  }
}

function responseDrift(body: JsonObject, item: ObjectShape): readonly Drift[] {
  const { response } = body;
  const isList = Array.isArray(response);
  const items: unknown[] = isList ? response.slice(0, maximumRows) : [response];
  const isKnown = (each: unknown): boolean => each === null || (isObject(each) && isDocumented(each, item));
  if (isDocumented(body, responseShape) && items.every(isKnown)) return noDrift;
  const path = isList ? 'response[]' : 'response';
  return [
    ...differences(body, responseShape, ''),
    ...items.flatMap((each) => differencesOf(each, item, path)),
  ];
}
