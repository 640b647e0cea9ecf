import { getNamedType, type GraphQLResolveInfo, type GraphQLSchema, isLeafType } from 'graphql';
import { argumentsOf, type Variables } from './arguments.js';
import {
  addedSize,
  jsonBytes,
  listMarks,
  memberSize,
  noSize,
  objectSize,
  type PartSize,
} from './part-size.js';
import { type AnswerShape, type SelectedField, type Selection, type ShapeContext } from './selection.js';

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
    if (value == null || reader.isLeaf) return { ...noSize, bytes: jsonBytes(value ?? null) };
    const selection = this.#shape.below(field);
    if (!Array.isArray(value)) return this.#object(selection, value);
    return value.reduce<PartSize>((size, item) => addedSize(size, this.#object(selection, item)), {
      ...noSize,
      bytes: listMarks(value.length),
    });
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
