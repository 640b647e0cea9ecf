import { z } from 'zod';

const called = { service: z.string(), method: z.string(), values: z.array(z.unknown()) };

/** What goes over a line. */
const lineMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ask'), id: z.int(), ...called }),
  z.object({ kind: z.literal('tell'), ...called }),
  z.object({ kind: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.object({ kind: z.literal('refusal'), id: z.int(), code: z.string() }),
]);

export type LineMessage = z.infer<typeof lineMessage>;

/** A message as it came; undefined for what is none of a line's. */
export function lineMessageIn(message: unknown): LineMessage | undefined {
  return lineMessage.safeParse(message).data;
}
