import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { entryOf, hashOf, type KeysFile, writeKeys } from '../../support/clients/callers.js';
import { setup } from '../../support/gateway/setup.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { subscribe, until } from '../../support/clients/subscribing.js';

const all = ['campaigns:read', 'campaigns:write', 'messages:read'];
const anna = entryOf('anna', 'key-of-anna', all);

const enters = async (gateway: GatewayUnderTest, key: string): Promise<boolean> =>
  (await ask(gateway, '{ __typename }', { headers: { 'x-api-key': key } })).errors === undefined;

/** Waits until the gateway has read its file anew. */
async function untilEnters(gateway: GatewayUnderTest, key: string, expected = true): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while ((await enters(gateway, key)) !== expected) {
    if (performance.now() > giveUpAt) throw new Error(`${key} was not ${expected ? 'let in' : 'kept out'}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('when API_KEYS_FILE changes', () => {
  let keys: KeysFile;
  let gateway: GatewayUnderTest;
  let sid: string;
  beforeAll(async () => {
    keys = await writeKeys({ keys: [anna] });
    const both = await setup({ gateway: { environment: keys.environment } });
    gateway = both.gateway;
    ({ sid } = both.sandbox.state.insert({ status: 'in-progress', audience: 1 }));
  });
  afterAll(async () => {
    await keys.remove();
  });

  it('a new key is accepted; a removed key is refused and only its subscriptions end', async () => {
    const eve = entryOf('eve', 'key-of-eve', all);
    await keys.replace([anna, eve]);
    await untilEnters(gateway, 'key-of-eve');
    const changes = 'subscription ($sid: ID!) { campaignUpdated(sid: $sid) { status } }';
    const open = (transport: 'ws' | 'sse', key: string) =>
      subscribe(gateway.url, transport, changes, { sid }, { authorization: `Bearer ${key}` });
    const [socket, stream, other] = [
      await open('ws', 'key-of-eve'),
      await open('sse', 'key-of-eve'),
      await open('ws', 'key-of-anna'),
    ];
    await keys.replace([anna]);
    await until(() => socket.hasEnded() && stream.hasEnded());
    expect(socket.errors).toMatchObject([{ extensions: { code: '4403' } }]);
    expect(await enters(gateway, 'key-of-eve')).toBe(false);
    expect(other.hasEnded()).toBe(false);
  });

  it.each([
    ['gone', async () => rename(keys.path, `${keys.path}.gone`), 'There is no such file.'],
    [
      'torn',
      () => writeFile(keys.path, JSON.stringify([anna]).slice(0, -9)),
      'The file is not JSON: line 1.',
    ],
    ['huge', () => truncate(keys.path, 1_500_000_000), 'The file has 1500000000 bytes, more than 1048576.'],
    [
      'piped',
      async () => {
        execFileSync('mkfifo', [`${keys.path}.pipe`]);
        await rename(`${keys.path}.pipe`, keys.path);
      },
      'It is not a regular file.',
    ],
    [
      'a-device',
      async () => {
        await symlink('/dev/zero', `${keys.path}.link`);
        await rename(`${keys.path}.link`, keys.path);
      },
      'It is not a regular file.',
    ],
    [
      'wrong',
      () => keys.replace([entryOf('mallory', 'key-of-mallory', ['everything'])]),
      'Entry 1: \\"scopes\\" must be one of campaigns:read, campaigns:write, messages:read, documents:any.',
    ],
  ])(
    'the previous keys stay valid if the file is %s, and the log has the reason',
    async (how, spoil, problem) => {
      const from = gateway.logs.length;
      await spoil();
      await until(() =>
        gateway.logs.slice(from).some((line) => line.includes('API_KEYS_FILE') && line.includes(problem)),
      );
      expect(await enters(gateway, 'key-of-anna')).toBe(true);
      expect(gateway.logs.join('')).not.toMatch(/everything|key-of|mallory/);
      await keys.replace([anna, entryOf(how, `key-of-${how}`, all)]);
      await untilEnters(gateway, `key-of-${how}`);
    },
  );

  it('a symbolic link that changes is followed, as for mounted Kubernetes secrets', async () => {
    const other = await writeKeys([entryOf('gina', 'key-of-gina', all)]);
    await symlink(other.path, `${keys.path}.link`);
    await rename(`${keys.path}.link`, keys.path);
    await untilEnters(gateway, 'key-of-gina');
    expect(await enters(gateway, 'key-of-anna')).toBe(false);
    await other.remove();
  });
});

describe('a gateway does not start with', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  });
  afterAll(() => sandbox.close());

  const hash = hashOf('key-of-anna');
  it.each([
    ['no JSON', '[{"name": "secret-name"', 'The file is not JSON: line 1.'],
    ['no list', { anna: hash }, 'The file must be a list of keys, or an object with a list "keys".'],
    [
      'an entry that is not an object',
      [anna, 'key-of-anna'],
      'Entry 2 must be an object of name, scopes and sha256',
    ],
    [
      'a key in the clear',
      [{ ...anna, key: 'key-of-anna' }],
      'Entry 1 must be an object of name, scopes and sha256',
    ],
    ['no name', [{ scopes: all, sha256: hash }], 'Entry 1: "name" must be text.'],
    ['a blank name', [{ ...anna, name: ' ' }], 'Entry 1: "name" must be printable ASCII, not blank.'],
    [
      'two of a name',
      [anna, entryOf('anna', 'another', all)],
      'Entry 2: "name" is the same as in an earlier entry.',
    ],
    [
      'two of a hash',
      [anna, { ...anna, name: 'ann' }],
      'Entry 2: "sha256" is the same as in an earlier entry.',
    ],
    [
      'two mistakes',
      [
        { ...anna, scopes: ['admin'] },
        { ...anna, name: 'eve', sha256: 'key-of-eve' },
      ],
      'Entry 1: "scopes" must be one of campaigns:read, campaigns:write, messages:read, documents:any.\n' +
        'Entry 2: "sha256" must be the SHA-256 hash of the key, as hex or base64.',
    ],
    ['no scopes', [{ ...anna, scopes: [] }], 'Entry 1: "scopes" must have a scope'],
    [
      'a scope that there is not',
      [{ ...anna, scopes: ['admin'] }],
      'Entry 1: "scopes" must be one of campaigns:read,',
    ],
    [
      'a key for a hash',
      [{ ...anna, sha256: 'key-of-anna' }],
      'Entry 1: "sha256" must be the SHA-256 hash of the key',
    ],
    [
      'an MD5',
      [{ ...anna, sha256: hash.slice(32) }],
      'Entry 1: "sha256" must be the SHA-256 hash of the key',
    ],
    [
      'the hash of a key that anyone would try',
      [{ ...anna, sha256: createHash('sha256').update('changeme').digest('hex') }],
      'Entry 1: "sha256" is not the hash of a random key.',
    ],
    ['zeros', [{ ...anna, sha256: '0'.repeat(64) }], 'Entry 1: "sha256" is not the hash of a random key.'],
    [
      'the hash of nothing',
      [{ ...anna, sha256: hashOf('') }],
      'Entry 1: "sha256" is not the hash of a random key.',
    ],
    [
      'the hash of an empty line',
      [{ ...anna, sha256: hashOf('\n') }],
      'Entry 1: "sha256" is not the hash of a',
    ],
  ])('%s in API_KEYS_FILE, and the message contains nothing of the file', async (_what, content, problem) => {
    const keys = await writeKeys(content);
    const start = startGatewayOn(sandbox.baseUrl, keys.environment);
    await expect(start).rejects.toThrow(
      `API_KEYS_FILE: got ${JSON.stringify(keys.environment.API_KEYS_FILE)}. ${problem}`,
    );
    await expect(start).rejects.not.toThrow(/key-of|secret|admin/);
    await keys.remove();
  });

  it('a missing API_KEYS_FILE', async () => {
    const environment = { AUTH_MODE: 'api-key', API_KEYS_FILE: '/nowhere/keys.json' };
    const start = startGatewayOn(sandbox.baseUrl, environment);
    await expect(start).rejects.toThrow(/^API_KEYS_FILE: got .*there is no such file/);
  });

  it('without a warning if AUTH_MODE=none and others can reach the host', async () => {
    const warned = async (environment: Record<string, string>): Promise<boolean> => {
      const gateway = await startGatewayOn(sandbox.baseUrl, environment);
      await gateway.close();
      return gateway.logs.some((line) => line.includes('AUTH_MODE is none') && line.includes('"level":40'));
    };
    expect(await warned({ HOST: '0.0.0.0', AUTH_MODE: 'none' })).toBe(true);
    expect(await warned({ AUTH_MODE: 'none' })).toBe(false);
  });
});
