import { getNamedType, type GraphQLResolveInfo, type GraphQLSchema, isLeafType } from 'graphql';
import { argumentsOf, type Variables } from './arguments.js';
import { type AnswerShape, type SelectedField, type Selection, type ShapeContext } from './selection.js';

/** The size of a part of a response. */
export interface PartSize {
  /** Members of objects; some count as several. */
  readonly values: number;
  /** The most bytes of JSON, with those of errors. */
  readonly bytes: number;
  /** Usual bytes of JSON, without errors. */
  readonly likelyBytes: number;
  /** Number of errors whose path may lead into the part; each repeats the keys above it. */
  readonly errors: number;
}

export const noSize: PartSize = { values: 0, bytes: 0, likelyBytes: 0, errors: 0 };

/** The size of a part with an exact number of bytes. */
function exactSize(bytes: number): PartSize {
  return { ...noSize, bytes, likelyBytes: bytes };
}

/** Quotes and colon around a key. */
const keyMarks = 3;

/** Bytes of brackets around members or items, and of commas between them. */
export function listMarks(items: number): number {
  return 2 + Math.max(0, items - 1);
}

/** The sum of two parts. */
function addedSize(one: PartSize, other: PartSize): PartSize {
  return {
    values: one.values + other.values,
    bytes: one.bytes + other.bytes,
    likelyBytes: one.likelyBytes + other.likelyBytes,
    errors: one.errors + other.errors,
  };
}

/** The size of an object with all its members. */
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

/** The size of a value under its key. */
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

/** Reads a field of introspection. */
interface Reader {
  readonly read: (object: unknown) => unknown;
  readonly isLeaf: boolean;
}

/**
 * The exact size of introspection, which graphql-js's own resolvers read from the schema. A selection on a type, field or
 * argument is measured once, wherever in the schema it appears.
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
   * The size of a field of introspection.
   * @param object its parent; undefined for `__schema` and `__type`.
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
