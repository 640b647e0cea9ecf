import { beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { setup } from '../../support/gateway/setup.js';
import { type Answered, everyTransport, run, type Transport } from '../../support/clients/every-transport.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  ({ gateway } = await setup());
});

type Arrival = Transport | 'get';
const arrivals: readonly Arrival[] = [...everyTransport, 'get'];
const query = '{ __typename }';

interface Json {
  readonly variables?: string;
  readonly extensions?: string;
}

const parsed = (json: string) => JSON.parse(json) as Record<string, unknown>;

async function send(arrival: Arrival, json: Json, text = query): Promise<Answered<unknown>> {
  if (arrival !== 'get') {
    const { variables, extensions } = json;
    return run(gateway.url, arrival, {
      query: text,
      ...(variables !== undefined && { variables: parsed(variables) }),
      ...(extensions !== undefined && { extensions: parsed(extensions) }),
    });
  }
  const parameters = new URLSearchParams({ query: text, ...json });
  const answer = await request(`${gateway.url}/graphql?${String(parameters)}`, {
    headers: { 'apollo-require-preflight': '1' },
  });
  return { ...((await answer.body.json()) as Answered<unknown>), status: answer.statusCode };
}

const ofPrototypes = [
  '{"__proto__":1}',
  '{"__proto__":{"s":"x"}}',
  '{"\\u005f_proto__":null}',
  '{"s":"x","filter":{"deep":[[{"__proto__":{}}]]}}',
  '{"constructor":{"prototype":{}}}',
  '{"s":"x","list":[{"constructor":{"prototype":null}}]}',
];

describe.each(arrivals)('over %s', (arrival) => {
  it.each(ofPrototypes.flatMap((json) => [['variables', json] as const, ['extensions', json] as const]))(
    '%s with a member that changes a prototype are BAD_REQUEST: %s',
    async (name, json) => {
      const { data, errors } = await send(arrival, { [name]: json });
      expect(errors?.map(({ message, extensions }) => [message, extensions?.code])).toEqual([
        [
          `\`${name}\` must not have a member named "__proto__", or "prototype" in "constructor".`,
          'BAD_REQUEST',
        ],
      ]);
      expect(data).toBeUndefined();
    },
  );

  it('members named like Object.prototype methods are accepted', async () => {
    const { data } = await send(
      arrival,
      {
        variables: '{"constructor":true,"toString":1,"hasOwnProperty":{"prototype":1},"prototype":[]}',
        extensions: '{"constructor":1}',
      },
      'query ($constructor: Boolean!) { __typename @include(if: $constructor) }',
    );
    expect(data).toEqual({ __typename: 'Query' });
  });
});

it.each(['/graphql', '/graphql/stream'])('a body with such a member is BAD_REQUEST: %s', async (path) => {
  const answer = await request(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: '{"query":"{ __typename }","__proto__":{}}',
  });
  const { errors } = (await answer.body.json()) as Answered<unknown>;
  expect([answer.statusCode, errors?.[0]?.extensions?.code]).toEqual([400, 'BAD_REQUEST']);
});
