import { describe, expect, it } from '@jest/globals';
import { buildSchema, type ConstDirectiveNode, isObjectType, Kind, parse, print } from 'graphql';
import { withFieldScopes, scopedFields } from '../../../src/auth/field-scopes.js';
import { printedSchema } from '../../../src/cli/schema.js';
import { createSchema } from '../../../src/resolvers/schema.js';

const writes = ['create', 'update', 'pause', 'resume', 'complete', 'archive'];

describe('field scopes', () => {
  it('guard exactly these fields, and no plain properties', async () => {
    const found = scopedFields(await createSchema());
    const received = found.map(
      ({ parent, field, scopes }) => `${parent.name}.${field.name}: ${scopes.join(' or ')}`,
    );
    expect(received.sort()).toEqual(
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

  it('cover all root fields except the public ones and those of the router, and are named in descriptions', async () => {
    const schema = await createSchema();
    const behind = new Set<unknown>(scopedFields(schema).map(({ field }) => field));
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.filter(isObjectType).flatMap((root) => Object.values<unknown>(root.getFields()));
    const open = fields.filter((field) => !behind.has(field)) as { readonly name: string }[];
    expect(open.map(({ name }) => name)).toEqual(['campaignGateway', '_entities', '_service']);
    for (const { field, scopes } of scopedFields(schema))
      for (const scope of scopes) expect(field.description).toContain(`\`${scope}\``);
  });

  it('are in the SDL too with SUBGRAPH_AUTH_DIRECTIVES=on, and nowhere else', async () => {
    const read = '@requiresScopes(scopes: [["campaigns:read"]])';
    const write = '@requiresScopes(scopes: [["campaigns:write"]])';
    const messages = '@requiresScopes(scopes: [["messages:read"]])';
    expect(authDirectivesIn(await printedSchema(true))).toEqual({
      Campaign: read,
      'Campaign.messages': messages,
      CampaignConnection: read,
      CampaignEdge: read,
      Message: messages,
      'Message.campaign': read,
      MessageConnection: messages,
      MessageEdge: messages,
      MessageStatusEvent: messages,
      'MessageStatusEvent.campaign': read,
      ...Object.fromEntries(writes.map((name) => [`Mutation.${name}Campaign`, write])),
      'Query.campaign': read,
      'Query.campaignGateway': '@authenticated',
      'Query.campaigns': read,
      'Query.campaignsBySid': read,
      'Query.validateCampaign': '@requiresScopes(scopes: [["campaigns:read"], ["campaigns:write"]])',
      'Subscription.campaignUpdated': read,
      'Subscription.messageStatusChanged': messages,
    });
    expect(authDirectivesIn(await printedSchema())).toEqual({});
  });

  it.each([
    ['Query', 'type Query { budget: Int }'],
    ['Subscription', 'type Query { _service: Int } type Subscription { budget: Int }'],
  ])('refuse a schema with a new %s field that has no rule', (root, types) => {
    expect(() => withFieldScopes(buildSchema(types))).toThrow(`${root}.budget has no rule`);
  });

  it('cover new mutations and new paths to a campaign without a new rule', () => {
    const schema = withFieldScopes(
      buildSchema(`type Query { campaign: Campaign } type Mutation { drop: Int }
        type Campaign { report: Report, name: String } type Report { campaign: Campaign, best: Message }
        type Message { sid: ID }`),
    );
    const found = scopedFields(schema).map(({ parent, field }) => `${parent.name}.${field.name}`);
    expect(found.sort()).toEqual(['Mutation.drop', 'Query.campaign', 'Report.best', 'Report.campaign']);
  });
});

/** The directives of authorisation in an SDL, by schema coordinate. */
function authDirectivesIn(sdl: string): Record<string, string> {
  const found: Record<string, string> = {};
  const note = (coordinate: string, directives: readonly ConstDirectiveNode[] = []): void => {
    for (const directive of directives)
      if (/^(authenticated|requiresScopes)$/.test(directive.name.value)) found[coordinate] = print(directive);
  };
  for (const type of parse(sdl).definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    note(type.name.value, type.directives);
    for (const field of type.fields ?? []) note(`${type.name.value}.${field.name.value}`, field.directives);
  }
  return found;
}
