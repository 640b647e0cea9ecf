import {
  type FieldNode,
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  print,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { type SelectionContext, visitSelectedFields } from '../../schema/selected-fields.js';

/** Schema, fragments and variables of an operation. */
export interface ShapeContext extends SelectionContext {
  readonly schema: GraphQLSchema;
}

/** A member of an object in a response: all fields of the document that merge under one key. */
export interface SelectedField {
  readonly key: string;
  readonly name: string;
  readonly parent: GraphQLNamedType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
}

interface MergedField extends SelectedField {
  readonly nodes: [FieldNode, ...FieldNode[]];
}

/** The members of an object in a response. Equal selections of an operation are one object. */
export interface Selection {
  readonly fields: readonly SelectedField[];
}

/** Far more than any document within the limits needs: an estimate must be cheap. */
const maximumSteps = 50_000;

/** Thrown if an estimate takes too long: the operation is refused. */
export class EstimateTooLong extends Error {
  override readonly name = 'EstimateTooLong';
  /** The most fields that an estimate visits. */
  readonly limit = maximumSteps;
}

/** Deeper than any document within the limits nests. */
const maximumLevels = 250;

/**
 * The shape of an operation's response: fragments are expanded, conditions applied and fields merged by key, as in GraphQL's
 * execution ("CollectFields", "MergeSelectionSets"). Each selection is collected once, however often fragments repeat it.
 */
export class AnswerShape {
  readonly root: Selection;
  readonly #context: ShapeContext;
  readonly #known = new Map<string, Selection>();
  readonly #numbers = new Map<SelectionSetNode, number>();
  readonly #below = new Map<SelectedField, Selection>();
  #stepsLeft = maximumSteps;
  #levels = 0;

  /**
   * @throws GraphQLError for a condition that is null.
   * @throws EstimateTooLong
   */
  constructor(operation: OperationDefinitionNode, context: ShapeContext) {
    this.#context = context;
    const type = context.schema.getRootType(operation.operation);
    this.root = type ? this.#of([operation.selectionSet], type) : { fields: [] };
  }

  /** The selection below a field; empty below a leaf. */
  below(field: SelectedField): Selection {
    const known = this.#below.get(field);
    if (known) return known;
    const sets = field.nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const selection = this.#of(sets, getNamedType(field.definition.type));
    this.#below.set(field, selection);
    return selection;
  }

  /**
   * Counts a step of an estimate.
   * @throws EstimateTooLong
   */
  step(): void {
    this.#stepsLeft -= 1;
    if (this.#stepsLeft < 0) throw new EstimateTooLong();
  }

  /**
   * Visits the fields of a selection.
   * @throws EstimateTooLong also if selections nest too deep.
   */
  each(selection: Selection, visit: (field: SelectedField) => void): void {
    this.#levels += 1;
    if (this.#levels > maximumLevels) throw new EstimateTooLong();
    for (const field of selection.fields) {
      this.step();
      visit(field);
    }
    this.#levels -= 1;
  }

  #of(sets: readonly SelectionSetNode[], type: GraphQLNamedType): Selection {
    const key = sets.map((set) => this.#numberOf(set)).join();
    const selection = this.#known.get(key) ?? { fields: this.#collect(sets, type) };
    this.#known.set(key, selection);
    return selection;
  }

  #numberOf(set: SelectionSetNode): number {
    this.step();
    const number = this.#numbers.get(set) ?? this.#numbers.size;
    this.#numbers.set(set, number);
    return number;
  }

  #collect(sets: readonly SelectionSetNode[], type: GraphQLNamedType): SelectedField[] {
    const fields = new Map<string, MergedField>();
    visitSelectedFields(
      sets,
      this.#context,
      (field, typeCondition) => {
        const parent = typeCondition === undefined ? type : this.#context.schema.getType(typeCondition);
        add(fields, field, parent ?? type);
      },
      () => {
        this.step();
      },
    );
    return [...fields.values()];
  }
}

function add(fields: Map<string, MergedField>, node: FieldNode, parent: GraphQLNamedType): void {
  const key = (node.alias ?? node.name).value;
  // Two types of a union may have different fields under one key.
  const place = `${parent.name} ${key}`;
  const known = fields.get(place);
  if (known && hasSameArguments(known.nodes[0], node)) {
    known.nodes.push(node);
    return;
  }
  const { value: name } = node.name;
  const definition = definitionOf(parent, name);
  if (definition)
    fields.set(known ? `${place} ${fields.size}` : place, { key, name, parent, definition, nodes: [node] });
}

/** Fields that merge in a valid document always do; the estimate does not rely on it. */
function hasSameArguments(one: FieldNode, other: FieldNode): boolean {
  if (one.name.value !== other.name.value) return false;
  const text = ({ arguments: given = [] }: FieldNode): string => given.map(print).join();
  return text(one) === text(other);
}

function definitionOf(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  for (const meta of [TypeNameMetaFieldDef, SchemaMetaFieldDef, TypeMetaFieldDef])
    if (meta.name === name) return meta;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}
