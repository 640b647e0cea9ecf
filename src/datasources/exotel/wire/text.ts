import { z } from 'zod';

/** Text that must be there; a number is taken as its digits. */
export const text = z.union([z.string(), z.number().transform(String)]);

/** Text that a row can do without. Empty text is what some layers write for null. */
export const optionalText = z
  .preprocess((value) => (value === '' || value == null ? null : value), z.string().nullable())
  .catch(null);
