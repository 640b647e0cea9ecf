import { getNamedType, type GraphQLResolveInfo, type GraphQLSchema, isLeafType } from 'graphql';
import { argumentsOf, type Variables } from './arguments.js';
import { type AnswerShape, type SelectedField, type Selection, type ShapeContext } from './selection.js';

/** What a part of an answer adds to it. */
export interface PartSize {
  /** Members of objects; some count for several. */
  readonly values: number;
  /** Bytes of JSON, with those of the errors that a part may have instead. */
  readonly bytes: number;
  /** Bytes of JSON where texts are as long as they usually are, without errors. */
  readonly likelyBytes: number;
  /** How many errors may name a place in the part: each repeats the keys above it. */
  readonly errors: number;
}

export const noSize: PartSize = { values: 0, bytes: 0, likelyBytes: 0, errors: 0 };

/** A part whose bytes are known exactly. */
function exactSize(bytes: number): PartSize {
  return { ...noSize, bytes, likelyBytes: bytes };
}

/** Quotes and colon around a key. */
const keyMarks = 3;

/** Brackets around members or items, and the commas between them. */
export function listMarks(items: number): number {
  return 2 + Math.max(0, items - 1);
}

/** Two parts beside each other. */
function addedSize(one: PartSize, other: PartSize): PartSize {
  return {
    values: one.values + other.values,
    bytes: one.bytes + other.bytes,
    likelyBytes: one.likelyBytes + other.likelyBytes,
    errors: one.errors + other.errors,
  };
}

/** An object: all its members. */
export function objectSize(
  shape: AnswerShape,
  selection: Selection,
  sizeOf: (field: SelectedField) => PartSize,
): PartSize {
  let size = exactSize(listMarks(selection.fields.length));
  shape.each(selection, (field) => {
    size = addedSize(size, sizeOf(field));
  });
  return size;
}

/** A value under its key; it counts for one, and for what is in it. */
export function memberSize({ key }: SelectedField, value: PartSize): PartSize {
  const keyBytes = key.length + keyMarks;
  return {
    ...value,
    values: value.values + 1,
    bytes: value.bytes + keyBytes,
    likelyBytes: value.likelyBytes + keyBytes,
  };
}

/** Bytes of a value as JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** How a field of introspection is read. */
interface Reader {
  readonly read: (object: unknown) => unknown;
  readonly isLeaf: boolean;
}

/**
 * The size of introspection, and hardly a byte more: the schema is at hand, and graphql-js's own resolvers read it. What is selected
 * of one type, field or argument is looked at once, wherever in the schema it is met.
 */
export class IntrospectionSize {
  readonly #shape: AnswerShape;
  readonly #schema: GraphQLSchema;
  readonly #variables: Variables;
  readonly #readers = new Map<SelectedField, Reader>();
  readonly #known = new Map<Selection, Map<unknown, PartSize>>();

  constructor(shape: AnswerShape, { schema, variableValues }: ShapeContext) {
    this.#shape = shape;
    this.#schema = schema;
    this.#variables = variableValues;
  }

  /**
   * The value of a field of introspection.
   * @param object whose field it is; undefined for `__schema` and `__type`.
   * @throws EstimateTooLong
   */
  of(field: SelectedField, object?: unknown): PartSize {
    const reader = this.#readers.get(field) ?? this.#readerOf(field);
    this.#readers.set(field, reader);
    const value = reader.read(object);
    if (value == null || reader.isLeaf) return exactSize(jsonBytes(value ?? null));
    const selection = this.#shape.below(field);
    if (!Array.isArray(value)) return this.#object(selection, value);
    return value.reduce<PartSize>(
      (size, item) => addedSize(size, this.#object(selection, item)),
      exactSize(listMarks(value.length)),
    );
  }

  /** The arguments of a field are the same for every object, and so is its type. */
  #readerOf(field: SelectedField): Reader {
    const given = argumentsOf(field, this.#variables);
    const info = { schema: this.#schema, parentType: field.parent } as unknown as GraphQLResolveInfo;
    return {
      read: (object) => given && field.definition.resolve?.(object, given, undefined, info),
      isLeaf: isLeafType(getNamedType(field.definition.type)),
    };
  }

  #object(selection: Selection, object: unknown): PartSize {
    const known = this.#known.get(selection) ?? new Map<unknown, PartSize>();
    this.#known.set(selection, known);
    const before = known.get(object);
    if (before) return before;
    const size = objectSize(this.#shape, selection, (field) => memberSize(field, this.of(field, object)));
    known.set(object, size);
    return size;
  }
}
