import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { campaignPageLimits, messagePageLimits, type PageLimits } from '../../domain/lists/page.js';
import { maximumNameLength, maximumUrlLength } from '../../domain/rules/draft.js';
import { maximumSidLength } from '../../domain/campaigns/sid.js';
import { maximumTemplateLength } from '../../domain/campaigns/sms.js';
import { argumentsOf, pageOf, representationsOf, sidsOf, type Variables } from './arguments.js';
import {
  IntrospectionSize,
  jsonBytes,
  listMarks,
  memberSize,
  noSize,
  objectSize,
  type PartSize,
} from './introspection-size.js';
import { type AnswerShape, type SelectedField, type Selection, type ShapeContext } from './selection.js';
import { pageRows } from './page-calls.js';

/** UTF-8 bytes of a character and of a UTF-16 unit. JSON escapes few characters to more bytes. */
const [characterBytes, unitBytes] = [4, 3];
const quoteBytes = 2;

/** Sids are letters and digits. */
const idBytes = maximumSidLength + quoteBytes;
const longTextBytes = maximumTemplateLength * characterBytes + quoteBytes;
/** An upstream text without a documented length. */
const textBytes = maximumNameLength * unitBytes + quoteBytes;
const urlBytes = maximumUrlLength * unitBytes + quoteBytes;
/** Statuses, phone numbers, DLT ids and senders. */
const wordBytes = 66;

/** Bytes of fields whose type does not bound them. */
const byField: Readonly<Record<string, number>> = {
  'Campaign.template': longTextBytes,
  'Message.body': longTextBytes,
  'Campaign.accountSid': idBytes,
  'CampaignGateway.accountSid': idBytes,
  'Campaign.messagesExportUrl': 3 * idBytes + 330, // the sid percent-encoded, after a host
  'Campaign.senderId': wordBytes,
  'Campaign.dltEntityId': wordBytes,
  'Campaign.dltTemplateId': wordBytes,
  'Campaign.upstreamStatus': wordBytes,
  'Campaign.state': wordBytes,
  'Message.number': wordBytes,
  'Message.senderId': wordBytes,
  'Message.direction': wordBytes,
  'Message.detailedStatus': wordBytes,
  'Message.upstreamStatus': wordBytes,
  'Message.name': 400, // the name of a contact
  'MessageStatusEvent.number': wordBytes,
  'MessageStatusEvent.upstreamStatus': wordBytes,
  // A cursor contains, in base64, sids and sort keys of its row and its neighbours; a campaign's sort key may be its name.
  'MessageEdge.cursor': 700,
  'CampaignEdge.cursor': 5000,
  'PageInfo.startCursor': 5000,
  'PageInfo.endCursor': 5000,
  'UserError.message': 400,
  'UserError.field': 100,
  '_Service.sdl': 100_000,
};

const byType: Readonly<Record<string, number>> = {
  ID: idBytes,
  DateTime: 26,
  URL: urlBytes,
  Int: 11,
  Float: 25,
  Boolean: 5,
};

/** Lists of leaf values: "Up to 5 listSid", five actions, five variables (API document, create). */
const leafItems = 5;

/**
 * The most bytes of JSON of a leaf field, or of a whole list of leaves. The upstream's document does not bound its
 * responses: texts count as the longest that the API accepts, other values generously.
 */
export function leafBytes(parent: GraphQLNamedType, definition: GraphQLField<unknown, unknown>): number {
  if (definition.name === '__typename')
    return isObjectType(parent) ? parent.name.length + quoteBytes : wordBytes;
  const field = byField[`${parent.name}.${definition.name}`];
  if (field !== undefined) return field;
  const type = getNamedType(definition.type);
  const one = isEnumType(type)
    ? Math.max(...type.getValues().map(({ name }) => name.length + quoteBytes))
    : (byType[type.name] ?? textBytes);
  return isListType(getNullableType(definition.type)) ? quoteBytes + leafItems * (one + 1) : one;
}

/** The largest size of a response. */
export interface AnswerSize extends Pick<PartSize, 'values' | 'bytes'> {
  /** Usual memory of the response until it is written. */
  readonly memoryBytes: number;
}

/** Memory of a value besides its JSON. */
const memoryPerValue = 48;
/** Usual bytes of texts: those that recipients read, and others. */
const [likelyLongText, likelyText] = [600, 250];

/** Texts of up to 2,000 characters count as several values. */
const longTexts: ReadonlySet<string> = new Set(['template', 'body']);
const longTextValues = 20;
/** A representation causes a lookup, and may cause an error. */
const representationValues = 50;

/** An error without its path and locations. */
const errorBytes = 400;
/** `{"line":123456,"column":123456},` for each field node: fields that merge are all named in an error. */
const locationBytes = 33;
/** Bytes of a key or an index in a path, without the characters of the key. */
const [pathKeyBytes, pathIndexBytes] = [3, 8];
/** The response around its data, and an error of the whole. */
const envelopeBytes = 2000;

/** Items of lists without pages: five contact lists, and the errors of all rules at once. */
const listItems: Readonly<Record<string, number>> = { lists: 5, userErrors: 64 };
const otherItems = 100;

/**
 * The largest size of an operation's response. It is not bounded by upstream calls: a value that is read once may appear under
 * any number of keys, and a key may be nearly as long as the document.
 * @throws EstimateTooLong
 */
export function answerSize(shape: AnswerShape, context: ShapeContext): AnswerSize {
  const { values, bytes, likelyBytes } = new AnswerSizes(shape, context).of(shape.root);
  return {
    values,
    bytes: bytes + envelopeBytes,
    memoryBytes: Math.ceil(likelyBytes + memoryPerValue * values) || Infinity,
  };
}

class AnswerSizes {
  readonly #shape: AnswerShape;
  readonly #variables: Variables;
  readonly #introspection: IntrospectionSize;
  readonly #known = new Map<Selection, PartSize>();
  /** Bytes of texts from the client that the response may repeat. */
  readonly #noted = { sid: new Set<string>(), template: new Set<string>() };
  readonly #echoed = { sid: idBytes, template: 0 };

  constructor(shape: AnswerShape, context: ShapeContext) {
    this.#shape = shape;
    this.#variables = context.variableValues;
    this.#introspection = new IntrospectionSize(shape, context);
    for (const field of shape.root.fields) this.#noteEchoed(field);
  }

  of(selection: Selection): PartSize {
    const known =
      this.#known.get(selection) ?? objectSize(this.#shape, selection, (field) => this.#member(field));
    this.#known.set(selection, known);
    return known;
  }

  #member(field: SelectedField): PartSize {
    const { definition, name } = field;
    const type = getNamedType(definition.type);
    if (isLeafType(type)) return this.#leaf(field);
    if (isIntrospectionType(type)) return memberSize(field, this.#introspection.of(field));
    if (name === 'campaigns') return this.#connection(field, campaignPageLimits);
    if (name === 'messages') return this.#connection(field, messagePageLimits);
    const below = this.of(this.#shape.below(field));
    if (name === 'campaignsBySid') return objectsSize(field, below, sidsOf(field, this.#variables).length);
    if (name !== '_entities') return objectsSize(field, below, listItems[name] ?? otherItems);
    const items = representationsOf(field, this.#variables).length;
    const size = objectsSize(field, below, items);
    return { ...size, values: size.values + items * representationValues };
  }

  /** The size of a connection, of which `nodes` and `edges` repeat for every row. */
  #connection(field: SelectedField, limits: PageLimits): PartSize {
    const rows = pageRows(pageOf(field, this.#variables).page, limits);
    const below = objectSize(this.#shape, this.#shape.below(field), (member) =>
      member.name === 'nodes' || member.name === 'edges'
        ? objectsSize(member, this.of(this.#shape.below(member)), rows)
        : this.#member(member),
    );
    return objectsSize(field, below, 1);
  }

  #leaf(field: SelectedField): PartSize {
    const { definition, name, parent } = field;
    const isId = getNamedType(definition.type).name === 'ID';
    const bytes =
      leafBytes(parent, definition) +
      (isId ? this.#echoed.sid - idBytes : 0) +
      (name === 'variables' ? this.#echoed.template : 0);
    const isLong = longTexts.has(name);
    const likelyBytes = Math.min(bytes, isLong ? likelyLongText : likelyText);
    const size = memberSize(field, { ...noSize, bytes, likelyBytes });
    return isLong ? { ...size, values: longTextValues } : size;
  }

  #noteEchoed(field: SelectedField): void {
    const given = argumentsOf(field, this.#variables);
    if (!given) return;
    const note = (kind: 'sid' | 'template', value: unknown): void => {
      this.#shape.step();
      if (typeof value !== 'string' || this.#noted[kind].has(value)) return;
      this.#noted[kind].add(value); // a variable may be as long as the body, and used by every alias
      this.#echoed[kind] = Math.max(this.#echoed[kind], jsonBytes(value));
    };
    note('sid', given['sid'] ?? given['campaignSid']);
    for (const sid of sidsOf(field, this.#variables)) note('sid', sid);
    note('template', (given['input'] as { readonly template?: unknown } | undefined)?.template);
    for (const representation of representationsOf(field, this.#variables))
      note('sid', (representation as { readonly sid?: unknown } | null)?.sid);
  }
}

/**
 * The size of an object under its key, or of a list of objects. A nullable object may be an error instead, which names its
 * path. An error in a non-null object belongs to the next nullable object above; the keys between the two are counted in
 * that object's own size.
 */
function objectsSize(field: SelectedField, below: PartSize, listed: number): PartSize {
  const { definition, key, nodes } = field;
  const nullable = getNullableType(definition.type);
  const isList = isListType(nullable);
  const items = isList ? listed : 1;
  const mayFail =
    (isNonNullType(definition.type) ? 0 : 1) + (isList && !isNonNullType(nullable.ofType) ? items : 0);
  const locations = nodes.length * locationBytes;
  const placeBytes = key.length + pathKeyBytes + (isList ? pathIndexBytes : 0);
  const marks = isList ? listMarks(items) : 0;
  return memberSize(field, {
    values: items * below.values,
    bytes:
      locations +
      marks +
      items * (below.bytes + below.errors * placeBytes) +
      mayFail * (errorBytes + locations + placeBytes),
    likelyBytes: marks + items * below.likelyBytes,
    errors: mayFail + items * below.errors,
  });
}
