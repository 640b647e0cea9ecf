import { type AnswerShape, type SelectedField, type Selection } from './selection.js';

/** What a part of an answer adds to it. */
export interface PartSize {
  /** Members of objects; some count for several. */
  readonly values: number;
  /** Bytes of JSON, with those of the errors that a part may have instead. */
  readonly bytes: number;
  /** How many errors may name a place in the part: each repeats the keys above it. */
  readonly errors: number;
}

export const noSize: PartSize = { values: 0, bytes: 0, errors: 0 };
/** Quotes and colon around a key. */
const keyMarks = 3;

/** Brackets around members or items, and the commas between them. */
export function listMarks(items: number): number {
  return 2 + Math.max(0, items - 1);
}

/** Two parts beside each other. */
export function addedSize(one: PartSize, other: PartSize): PartSize {
  return {
    values: one.values + other.values,
    bytes: one.bytes + other.bytes,
    errors: one.errors + other.errors,
  };
}

/** An object: all its members. */
export function objectSize(
  shape: AnswerShape,
  selection: Selection,
  sizeOf: (field: SelectedField) => PartSize,
): PartSize {
  let size: PartSize = { ...noSize, bytes: listMarks(selection.fields.length) };
  shape.each(selection, (field) => {
    size = addedSize(size, sizeOf(field));
  });
  return size;
}

/** A value under its key; it counts for one, and for what is in it. */
export function memberSize({ key }: SelectedField, value: PartSize): PartSize {
  return { ...value, values: value.values + 1, bytes: value.bytes + key.length + keyMarks };
}

/** Bytes of a value as JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
