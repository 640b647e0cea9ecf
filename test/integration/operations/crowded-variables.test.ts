import { beforeAll, expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import { setup, type SandboxAndGateway } from '../../support/gateway/setup.js';

let started: SandboxAndGateway;
beforeAll(async () => {
  started = await setup();
});

const crowd = (key: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [key(index), 1]));

it.each([
  ['an input', (members: object) => members, 'CreateCampaignInput', 'input'],
  ['a member of it', (schedule: object) => ({ schedule }), 'ScheduleInput', 'input.schedule'],
])(
  'of %s with thousands of unknown members one is named, and the others are not repeated',
  async (_what, inputOf, type, path) => {
    const query = 'query ($input: CreateCampaignInput!) { validateCampaign(input: $input) { valid } }';
    const { errors } = await ask(started.gateway, query, {
      variables: { input: inputOf(crowd((index) => `member${String(index)}`)) },
    });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: path });
    expect(errors?.[0]?.message).toBe(
      `Variable "$input" is invalid: field "member0" is not defined by type "${type}" (at "${path}").`,
    );
    expect(started.sandbox.calls).toEqual([]);
  },
);

it('a mistyped member is still named with a suggestion', async () => {
  const query = 'query ($input: CreateCampaignInput!) { validateCampaign(input: $input) { valid } }';
  const { errors } = await ask(started.gateway, query, { variables: { input: { templat: 'Hi' } } });
  expect(errors?.map(({ message }) => message).join()).toContain('Field "templat" is not defined');
});
