import type { ValidateCampaignQuery } from '../generated/operations';
import { emptyValues, type FieldName } from './values';

export type UserError = Pick<
  ValidateCampaignQuery['validateCampaign']['userErrors'][number],
  'code' | 'message' | 'field'
>;

/** Messages beside their fields, and those that belong to none. */
export interface FieldErrors {
  readonly fields: ReadonlyMap<FieldName, readonly string[]>;
  readonly others: readonly UserError[];
}

/** Sorts errors by field: `["input", "lists", "1"]` belongs to `lists`. */
export function byField(errors: readonly UserError[]): FieldErrors {
  const fields = new Map<FieldName, string[]>();
  const others: UserError[] = [];
  for (const error of errors) {
    const path = error.field?.slice(1).join('.') ?? '';
    const name = (Object.keys(emptyValues) as FieldName[]).find((one) => `${path}.`.startsWith(`${one}.`));
    if (name === undefined) others.push(error);
    else fields.set(name, [...(fields.get(name) ?? []), error.message]);
  }
  return { fields, others };
}
