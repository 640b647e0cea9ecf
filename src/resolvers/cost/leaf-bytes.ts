import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isListType,
  isObjectType,
} from 'graphql';
import { maximumTemplateLength } from '../../domain/template.js';

/** A character in UTF-8; of the few that JSON escapes to six bytes no text is full. */
const characterBytes = 4;
const quoteBytes = 2;

/** 36 characters are the longest sids that the API document shows. */
export const idBytes = 66;
/** A text whose length is not documented; 250 characters outside of the basic plane. */
const textBytes = 1000;
const longTextBytes = maximumTemplateLength * characterBytes + quoteBytes;
/** A longer address does not get through most proxies. */
const urlBytes = 2048;
/** Words of the upstream, numbers and names of senders and recipients. */
const wordBytes = 130;

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
  'Message.name': 400,
  'MessageStatusEvent.number': wordBytes,
  'MessageStatusEvent.upstreamStatus': wordBytes,
  // A cursor has its row's sid and sort key, in base64: a message's sort key is a time, a campaign's may be its name.
  'MessageEdge.cursor': 500,
  'CampaignEdge.cursor': 2000,
  'PageInfo.startCursor': 2000,
  'PageInfo.endCursor': 2000,
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
