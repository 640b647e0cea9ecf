import { isObject, type JsonObject } from '../../../domain/json.js';

/**
 * Shape of a value in the API document. `moment` is a time with an offset, `anything` is not checked, and a function accepts
 * known words only. Null is documented everywhere: the samples have it for every absent value.
 */
export type Shape =
  'text' | 'moment' | 'number' | 'anything' | ((word: string) => boolean) | readonly [Shape] | ObjectShape;

/** Documented keys of an object, and the order in which they came last: rows of one response have the same order. */
export class ObjectShape {
  /** Keys at their last positions, and their shapes. */
  readonly written: { readonly keys: string[]; readonly shapes: Shape[] } = { keys: [], shapes: [] };
  /** Without a prototype: `constructor` is not a documented key. */
  readonly #shapes: Readonly<Record<string, Shape>>;

  constructor(shapes: Readonly<Record<string, Shape>>) {
    this.#shapes = Object.assign(Object.create(null) as object, shapes);
  }

  /** Shape of a key's value; undefined for a key that is not documented. */
  of(key: string): Shape | undefined {
    return this.#shapes[key];
  }

  /** As `of`, and remembers the position: looking up keys is the most expensive part of a comparison. */
  at(position: number, key: string): Shape | undefined {
    const shape = this.#shapes[key];
    if (shape === undefined) return undefined;
    this.written.keys[position] = key; // there are no more positions than keys
    this.written.shapes[position] = shape;
    return shape;
  }

  /** The same keys and more. */
  with(shapes: Readonly<Record<string, Shape>>): ObjectShape {
    return new ObjectShape({ ...this.#shapes, ...shapes });
  }
}

/** A type of value: how it is read, and its documented shape. */
export interface WireType<T> {
  /** Reads a value tolerantly; null or undefined if it is unreadable. */
  readonly read: (value: unknown) => T;
  readonly shape: Shape;
}

/** A field of an object of the upstream. Reading, drift detection and the TypeScript type follow from it. */
export class Field<T> {
  /**
   * @param of reads the field from an object.
   * @param keys spellings of the field; the first readable one counts.
   * @param shapes documented spellings.
   */
  constructor(
    readonly of: (object: JsonObject) => T,
    readonly keys: readonly string[],
    readonly shapes: Readonly<Record<string, Shape>>,
  ) {}
}

/** A field of this type. The document has all of its spellings. */
export function field<T>({ read, shape }: WireType<T>, key: string, otherKey?: string): Field<T> {
  if (otherKey === undefined) return new Field((object) => read(object[key]), [key], { [key]: shape });
  const either = (object: JsonObject): T => read(object[key]) ?? read(object[otherKey]);
  return new Field(either, [key, otherKey], { [key]: shape, [otherKey]: shape });
}

/** A field with a spelling that only newer guide pages have (docs/upstream.md, "Contradictions"). */
export function guideField<T>({ read, shape }: WireType<T>, key: string, guideKey: string): Field<T> {
  const either = (object: JsonObject): T => read(object[key]) ?? read(object[guideKey]);
  return new Field(either, [key, guideKey], { [key]: shape });
}

/** A documented field that is not read. */
export function unread(shape: Shape, key: string): Field<undefined> {
  return new Field(() => undefined, [key], { [key]: shape });
}

/** Fields of an object, by their names in this project. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** Documented shape of an object with these fields. */
export function shapeOf(fields: Fields): ObjectShape {
  const shapes = Object.values(fields).map((one) => one.shapes);
  return new ObjectShape(Object.assign({}, ...shapes) as Record<string, Shape>);
}

const empty: JsonObject = {};

/** An object; anything else reads as an object without fields. */
export function nested(shape: ObjectShape): WireType<JsonObject> {
  return { read: (value) => (isObject(value) ? value : empty), shape };
}
