import { describe, expect, it } from '@jest/globals';
import { isObjectType } from 'graphql';
import { createSchema } from '../../../src/resolvers/schema.js';

describe('plain fields', () => {
  it('have no resolver unless the value is fetched, derived or restricted', async () => {
    const schema = await createSchema();
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const resolved = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter((type) => !type.name.startsWith('__') && !roots.includes(type))
      .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
      .filter(({ field }) => field.resolve !== undefined)
      .map(({ type, field }) => `${type.name}.${field.name}`);
    expect(resolved.sort()).toEqual([
      'Campaign.messages',
      'Campaign.messagesExportUrl',
      'Campaign.reportUrl',
      'Campaign.smsStatusCallback',
      'Campaign.statusCallback',
      'ContactList.id',
      'Message.campaign',
      'MessageStatusEvent.campaign',
      'Stats.pending',
      'Stats.progress',
      'Stats.undelivered',
    ]);
  });
});
