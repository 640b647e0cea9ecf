/**
 * A promise that fails with whatever was thrown: for functions that give a promise without being `async`, so that none of
 * them throws in place of it.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- it is what makes a rejection of what is thrown
export async function rejected(error: unknown): Promise<never> {
  throw error;
}
