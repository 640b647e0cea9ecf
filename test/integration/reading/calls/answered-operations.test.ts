import { expect, it } from '@jest/globals';
import { ask } from '../../../support/clients/ask.js';
import { setup } from '../../../support/gateway/setup.js';

it.each(['on', 'off'])(
  'an operation that an error has decided begins no further read: CACHE=%s',
  async (cache) => {
    const { sandbox, gateway } = await setup({
      sandbox: { faults: () => ({ kind: 'delay', delayMs: 300 }) },
      gateway: { environment: { CACHE: cache, EXOTEL_RATE_LIMIT: '0' } },
    });
    for (let index = 0; index < 5; index += 1) sandbox.state.insert({ status: 'completed', audience: 5 });
    // graphql-js runs it, since graphql-jit takes no key twice where there are conditions; it answers before all fields have ended.
    const list =
      'campaigns(first: 5) { nodes { sid @include(if: true) sid messages(first: 100) { nodes { sid } } } }';
    const { data, errors } = await ask(
      gateway,
      `{ bad: campaigns(after: "junk") { nodes { sid } } ${list} }`,
    );
    expect([data, errors?.map(({ path }) => path)]).toEqual([null, [['bad']]]);
    // As slow as the list that was under way: its messages would have been asked for by then.
    await ask(gateway, '{ campaigns(first: 6) { totalCount } }');
    await ask(gateway, '{ campaigns(first: 7, filter: { name: "x" }) { totalCount } }');
    expect(sandbox.calls.filter(({ path }) => path.endsWith('message-details'))).toEqual([]);
  },
);
