import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, Kind, OperationTypeNode, parse, validate } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { readFileSync } from 'node:fs';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type Gateway } from '../../../src/app/gateway.js';
import { examples, examplesFor } from '../../../src/server/graphiql/examples.js';
import {
  type GraphqlAnswer,
  startFastGatewayUnderTest,
  startGatewayUnderTest,
} from './graphiql-under-test.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const operations = examples.flatMap(({ document, variables }) =>
  parse(document).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name
      ? [{ name: definition.name.value, type: definition.operation, document, variables }]
      : [],
  ),
);

const subscriptions = operations.filter(({ type }) => type === OperationTypeNode.SUBSCRIPTION);
const others = operations.filter((operation) => !subscriptions.includes(operation));
type Operation = (typeof operations)[number];

/** What a query or a mutation answers; it must have gone well. */
async function run(gateway: Gateway, { document, variables, name }: Operation) {
  const { body } = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, variables, operationName: name }),
  });
  const { data, errors } = (await body.json()) as GraphqlAnswer;
  expect(errors).toBeUndefined();
  for (const result of Object.values(data ?? { nothing: null })) {
    expect(result).not.toBeNull();
    const payload = result as { readonly userErrors?: readonly unknown[] };
    expect(payload.userErrors ?? []).toEqual([]);
  }
  return data;
}

describe('the examples in GraphiQL', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGatewayUnderTest();
  });
  afterAll(() => gateway.close());

  it.each(operations)('$name is valid in the schema', ({ document }) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });

  // In the order of the tabs, since the life of a campaign is one.
  it.each(others)('$name works on the sandbox as its comment says', async (operation) => {
    await run(gateway, operation);
  });
});

describe('the example subscriptions, at the sandbox speed of npm start', () => {
  let gateway: Gateway;
  let client: Client;
  beforeAll(async () => {
    gateway = await startFastGatewayUnderTest();
    client = createClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  });
  afterAll(async () => {
    await client.dispose();
    await gateway.close();
  });

  const named = (name: string): Operation => {
    const operation = operations.find((candidate) => candidate.name === name);
    if (!operation) throw new Error(`There is no example ${name}.`);
    return operation;
  };
  /** The first so many events. */
  const watch = async ({ document, name }: Operation, variables: Operation['variables'], count: number) => {
    const events: unknown[] = [];
    for await (const event of client.iterate({ query: document, operationName: name, variables }))
      if (events.push(event) === count) break;
    return events;
  };

  it('are WatchCampaign and WatchMessages', () => {
    expect(subscriptions.map(({ name }) => name)).toEqual(['WatchCampaign', 'WatchMessages']);
  });

  it('WatchCampaign shows changes of the campaign in its variables after it is resumed', async () => {
    await run(gateway, named('ResumeToWatch'));
    const operation = named('WatchCampaign');
    const isGoingOn = { data: { campaignUpdated: expect.objectContaining({ status: 'IN_PROGRESS' }) } };
    expect(await watch(operation, operation.variables, 2)).toEqual([isGoingOn, isGoingOn]);
  });

  it('WatchMessages shows the message statuses of a campaign created with CreateCampaign', async () => {
    const { createCampaign } = (await run(gateway, named('CreateCampaign'))) as {
      readonly createCampaign: { readonly campaign: { readonly sid: string } };
    };
    const { sid } = createCampaign.campaign;
    const message = { number: expect.any(String), status: expect.any(String), sentAt: expect.any(String) };
    const events = await watch(named('WatchMessages'), { sid }, 2);
    expect(events).toEqual([
      { data: { messageStatusChanged: message } },
      { data: { messageStatusChanged: message } },
    ]);
  });
});

describe('the tabs of other gateways', () => {
  it.each(['none', 'api-key', 'jwt'] as const)(
    'hold no value of the sandbox on a real account (%s)',
    (authMode) => {
      const tabs = examplesFor({ isSandbox: false, authMode });
      const text = JSON.stringify(tabs);
      expect(text).not.toMatch(/[0-9a-f]{32}|\d{10}|EXOTEL/);
      expect(tabs.map(({ variables }) => variables === undefined)).toEqual(
        examples.map(({ variables }) => variables === undefined),
      );
      for (const { document, variables } of tabs) {
        expect(validate(schema, parse(document))).toEqual([]);
        if (variables) expect(document).toContain('fill in your own values');
      }
    },
  );

  it.each([
    ['api-key', '{"X-Api-Key": '],
    ['jwt', '{"Authorization": "Bearer '],
  ] as const)('say where the credentials belong with AUTH_MODE %s', (authMode, header) => {
    for (const { document } of examplesFor({ isSandbox: true, authMode })) expect(document).toContain(header);
    for (const { document } of examples) expect(document).not.toContain(header);
  });
});
