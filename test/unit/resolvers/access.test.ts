import { describe, expect, it } from '@jest/globals';
import { buildSchema, isObjectType } from 'graphql';
import { withFieldScopes, scopedFields } from '../../../src/auth/field-scopes.js';
import { createSchema } from '../../../src/resolvers/schema.js';

const writes = ['create', 'update', 'pause', 'resume', 'complete', 'archive'];

describe('the rule of access', () => {
  it('stands before these fields and no other, least of all before plain properties', async () => {
    const found = scopedFields(await createSchema());
    const told = found.map(
      ({ parent, field, scopes }) => `${parent.name}.${field.name}: ${scopes.join(' or ')}`,
    );
    expect(told.sort()).toEqual(
      [
        'Campaign.messages: messages:read',
        'Message.campaign: campaigns:read',
        'MessageStatusEvent.campaign: campaigns:read',
        ...writes.map((write) => `Mutation.${write}Campaign: campaigns:write`),
        'Query.campaign: campaigns:read',
        'Query.campaigns: campaigns:read',
        'Query.campaignsBySid: campaigns:read',
        'Query.validateCampaign: campaigns:read or campaigns:write',
        'Subscription.campaignUpdated: campaigns:read',
        'Subscription.messageStatusChanged: messages:read',
      ].sort(),
    );
  });

  it('leaves nothing of the roots open but what is there for every caller and for routers, and says what each needs', async () => {
    const schema = await createSchema();
    const behind = new Set<unknown>(scopedFields(schema).map(({ field }) => field));
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.filter(isObjectType).flatMap((root) => Object.values<unknown>(root.getFields()));
    const open = fields.filter((field) => !behind.has(field)) as { readonly name: string }[];
    expect(open.map(({ name }) => name)).toEqual(['campaignGateway', '_entities', '_service']);
    for (const { field, scopes } of scopedFields(schema))
      for (const scope of scopes) expect(field.description).toContain(`\`${scope}\``);
  });

  it.each([
    ['Query', 'type Query { budget: Int }'],
    ['Subscription', 'type Query { _service: Int } type Subscription { budget: Int }'],
  ])('is closed: a new field of %s that it does not speak of is no schema', (root, types) => {
    expect(() => withFieldScopes(buildSchema(types))).toThrow(`${root}.budget has no rule`);
  });

  it('needs to be told of no new mutation, and of no new way to a campaign', () => {
    const schema = withFieldScopes(
      buildSchema(`type Query { campaign: Campaign } type Mutation { drop: Int }
        type Campaign { report: Report, name: String } type Report { campaign: Campaign, best: Message }
        type Message { sid: ID }`),
    );
    const found = scopedFields(schema).map(({ parent, field }) => `${parent.name}.${field.name}`);
    expect(found.sort()).toEqual(['Mutation.drop', 'Query.campaign', 'Report.best', 'Report.campaign']);
  });
});
