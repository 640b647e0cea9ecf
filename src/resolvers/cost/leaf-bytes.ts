import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isListType,
  isObjectType,
} from 'graphql';
import { maximumNameLength, maximumUrlLength } from '../../domain/lengths.js';
import { maximumSidLength } from '../../domain/sid.js';
import { maximumTemplateLength } from '../../domain/template.js';

/** A character in UTF-8, and a UTF-16 unit; of the few that JSON escapes to six bytes no text is full. */
const [characterBytes, unitBytes] = [4, 3];
const quoteBytes = 2;

/** Sids are letters and digits. */
export const idBytes = maximumSidLength + quoteBytes;
const longTextBytes = maximumTemplateLength * characterBytes + quoteBytes;
/** A text of the upstream's whose length is not documented. */
const textBytes = maximumNameLength * unitBytes + quoteBytes;
const urlBytes = maximumUrlLength * unitBytes + quoteBytes;
/** Words of the upstream, numbers, DLT ids and senders. */
const wordBytes = 66;

/** By field, where the type says too little. */
const byField: Readonly<Record<string, number>> = {
  'Campaign.template': longTextBytes,
  'Message.body': longTextBytes,
  'Campaign.accountSid': idBytes,
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
  'Message.name': 400, // of a contact
  'MessageStatusEvent.number': wordBytes,
  'MessageStatusEvent.upstreamStatus': wordBytes,
  // A cursor has, in base64, its row's sid and sort key, and its neighbours: a campaign's sort key may be its name.
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
 * The most bytes of JSON that a field's value takes which is no object; of a list, all of it. What the upstream sends
 * has no bound of its own in its document: texts count at the most that the API takes, the rest generously.
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
