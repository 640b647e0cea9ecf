import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll, create, answerOf, diwali, rowOf, startScripted } from '../support/creating.js';

afterEach(closeAll);

/** A name that some layers cut. */
const longName = `Diwali ${'offer '.repeat(50)}`.trim();

describe('a lost create whose campaign the upstream keeps otherwise than it was sent', () => {
  it.each<[what: string, sent: object, kept: Record<string, unknown>, isFound: boolean]>([
    [
      'a slash behind an address',
      { statusCallback: 'https://x.example' },
      { status_callback: 'https://x.example/' },
      true,
    ],
    ['ids without their zeros', { dltEntityId: '0012' }, { dlt_entity_id: '12' }, true],
    ['spaces in the name', { name: 'Diwali  offer\n2026' }, { name: 'Diwali offer 2026' }, true],
    ['a name as composed letters', { name: 'Cafe\u0301 offer' }, { name: 'Café offer' }, true],
    ['a question mark for an emoji', { template: 'Hi 🎉' }, { template: 'Hi ?' }, false],
    ['a name cut', { name: longName }, { name: longName.slice(0, 255) }, false],
    ['a name without its emoji', { name: 'Diwali 🎉 offer' }, { name: 'Diwali ? offer' }, false],
    ['another text altogether, and no name of the caller', { name: null }, { template: 'Rewritten' }, true],
  ])('%s: is never sent again', async (_what, sent, kept, isFound) => {
    let row: Record<string, unknown> | undefined;
    const { gateway, methods } = await startScripted((request, response) => {
      if (request.method !== 'POST') {
        const search = new URLSearchParams(request.target.split('?')[1]).get('name') ?? '';
        const isHit = row && String(row['name']).toLowerCase().includes(search.toLowerCase());
        return answerOf(isHit && row ? [row] : []);
      }
      row = rowOf(request, kept);
      response.destroy();
      return undefined;
    });
    const told = await create(gateway, { ...diwali, ...sent });
    expect(methods().filter((method) => method === 'POST')).toHaveLength(1);
    expect(told.codes).toEqual(isFound ? [] : ['OUTCOME_UNKNOWN']);
  });
});
