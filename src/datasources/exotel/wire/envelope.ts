import { z } from 'zod';

/** A number that some layers write as text. Null and empty text are no zero: they say nothing. */
const integer = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int());
/** At most what GraphQL's `Int` holds. */
const count = integer.pipe(
  z
    .number()
    .min(0)
    .max(2 ** 31 - 1),
);

const metadata = z.object({
  total: count.optional().catch(undefined),
  limit: count.pipe(z.number().positive()).optional().catch(undefined),
});

/** `{code, message, description}`, seen in failed items. */
const errorData = z.object({
  code: integer.optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
});
export type WireErrorData = z.infer<typeof errorData>;

const item = z.object({
  code: integer.optional().catch(undefined),
  status: z.string().optional().catch(undefined),
  error_data: errorData.nullish().catch(null),
  data: z.unknown(),
});
/** One row of an answer; its `data` is read by the schema of what was asked for. */
export type WireItem = z.infer<typeof item>;

/** Stands for a row that is not even an item, so that its neighbours stay readable. */
const unreadableItem: WireItem = { data: null };

const items = z.array(item.catch(unreadableItem));

/**
 * What every answer is wrapped in. Create answers an array and get an object, "sometimes the other way round":
 * both become an array here.
 */
export const envelope = z.object({
  request_id: z.string().optional().catch(undefined),
  http_code: integer.optional().catch(undefined),
  metadata: metadata.nullish().catch(undefined),
  response: z.preprocess((value) => (value == null ? [] : ([] as unknown[]).concat(value)), items),
  isList: z.boolean(),
  /** Of the answer's `Date` header, not of its body. */
  answeredAtMs: z.number().optional().catch(undefined),
});
export type WireEnvelope = z.infer<typeof envelope>;

/** What older layers answer for 429 and some 401s. */
export const restException = z.object({
  RestException: z.object({ Status: integer, Code: integer.optional() }),
});
