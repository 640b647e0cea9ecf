import { z } from 'zod';
import { isObject } from './object.js';
import { integerOf, maximumInt } from './number.js';

const integer = z.transform(integerOf);
const textOrNothing = z.transform((value) => (typeof value === 'string' ? value : undefined));

/** At most what GraphQL's `Int` holds. */
function countOf(value: unknown): number | undefined {
  const count = integerOf(value);
  return count !== undefined && count >= 0 && count <= maximumInt ? count : undefined;
}

const metadata = z.object({
  total: z.transform(countOf),
  limit: z.transform((value) => (countOf(value) === 0 ? undefined : countOf(value))),
});

/** `{code, message, description}`, seen in failed items. */
const errorData = z.object({ code: integer, message: textOrNothing, description: textOrNothing });
export type WireErrorData = z.infer<typeof errorData>;

const item = z.object({
  code: integer,
  status: textOrNothing,
  error_data: z.transform((value) => (isObject(value) ? errorData.parse(value) : null)),
  data: z.unknown().optional(),
});
/** One row of an answer; its `data` is read by the schema of what was asked for. */
export type WireItem = z.infer<typeof item>;

/** Every one as an object: what is not even an item says nothing, so that its neighbours stay readable. */
function itemsOf(response: unknown): readonly object[] {
  if (response == null) return [];
  const items: readonly unknown[] = Array.isArray(response) ? response : [response];
  return items.map((value) => (isObject(value) ? value : {}));
}

/**
 * What every answer is wrapped in. Create answers an array and get an object, "sometimes the other way round":
 * both become an array here.
 */
export const envelope = z.object({
  request_id: textOrNothing,
  http_code: integer,
  metadata: z.transform((value) => (isObject(value) ? metadata.parse(value) : undefined)),
  response: z.transform(itemsOf).pipe(z.array(item)),
});

/** An answer's envelope, and what is not of its body. */
export interface WireEnvelope extends z.infer<typeof envelope> {
  readonly isList: boolean;
  /** Of the answer's `Date` header; epoch milliseconds. */
  readonly answeredAtMs?: number | undefined;
}

/** Met in refusals alone, so it need not be cheap. */
const statedInteger = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int());

/** What older layers answer for 429 and some 401s. */
export const restException = z.object({
  RestException: z.object({ Status: statedInteger, Code: statedInteger.optional() }),
});
