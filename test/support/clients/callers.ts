import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Scope } from '../../../src/domain/requests/caller.js';

/** An entry of the key file, as an operator writes it. */
export interface KeyEntry {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly sha256: string;
}

/** A key file in a directory of its own. */
export interface KeysFile {
  readonly path: string;
  /** Variables of a gateway with this key file. */
  readonly environment: Readonly<Record<string, string>>;
  /** Replaces the file atomically. */
  replace(content: unknown): Promise<void>;
  remove(): Promise<void>;
}

/** The hash of a key, as `sha256sum` prints it. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The entry of a key. */
export function entryOf(name: string, key: string, scopes: readonly string[]): KeyEntry {
  return { name, scopes, sha256: hashOf(key) };
}

/** Writes a key file; a text is written unchanged. */
export async function writeKeys(content: unknown): Promise<KeysFile> {
  const directory = await mkdtemp(join(tmpdir(), 'keys-'));
  const path = join(directory, 'keys.json');
  const textOf = (what: unknown): string => (typeof what === 'string' ? what : JSON.stringify(what));
  await writeFile(path, textOf(content));
  return {
    path,
    environment: { AUTH_MODE: 'api-key', API_KEYS_FILE: path, INTROSPECTION: 'on' },
    replace: async (next) => {
      await writeFile(`${path}.next`, textOf(next));
      await rename(`${path}.next`, path);
    },
    remove: () => rm(directory, { recursive: true }),
  };
}

/** The key of a caller with these scopes, in the key file of `keysForScopes`. */
export function keyFor(scopes: readonly Scope[]): string {
  return `the key for ${[...scopes].sort().join(' and ')}`.replaceAll(' ', '-');
}

/** Headers of a caller with these scopes. */
export function showing(scopes: readonly Scope[]): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${keyFor(scopes)}` };
}

/** Every combination of scopes except none. */
export const someScopes: readonly (readonly Scope[])[] = [
  ['campaigns:read'],
  ['campaigns:write'],
  ['messages:read'],
  ['campaigns:read', 'campaigns:write'],
  ['campaigns:read', 'messages:read'],
  ['campaigns:write', 'messages:read'],
  ['campaigns:read', 'campaigns:write', 'messages:read'],
];

/** A key file with a key for each combination. */
export function keysForScopes(): Promise<KeysFile> {
  return writeKeys(someScopes.map((scopes) => entryOf(scopes.join('+'), keyFor(scopes), scopes)));
}
