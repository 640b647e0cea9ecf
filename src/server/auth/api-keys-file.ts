import { z } from 'zod';
import { type Scope, scopes } from '../../domain/caller.js';

/** A key as the file has it: its hash, never the key itself. */
export interface ApiKeyEntry {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** SHA-256 of the key; 32 bytes. */
  readonly sha256: Buffer;
}

/** What is wrong with a file of keys, in words that have nothing of its content in them. */
export class ApiKeysProblem extends Error {
  override readonly name = 'ApiKeysProblem';
}

const maximumNameLength = 128;
const hashBytes = 32;
const leastDifferentBytes = 8; // of 32 random ones fewer than 20 are next to impossible
/** Of the empty text, and of a line without one: what a script makes that was given no key. */
const hashesOfNothing: readonly string[] = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b',
];

const entry = z.strictObject(
  {
    name: z
      .string('must be text.')
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII, not blank.')
      .max(maximumNameLength, `may have ${maximumNameLength} characters at most.`),
    scopes: z
      .array(z.enum(scopes, `must be one of ${scopes.join(', ')}.`), 'must be a list of scopes.')
      .min(1, 'must have a scope: a key without one can do nothing.')
      .transform((list) => new Set(list)),
    sha256: z
      .string('must be text: the SHA-256 hash of the key.')
      .transform(hashIn)
      .refine((hash) => hash.length === hashBytes, 'must be the SHA-256 hash of the key, as hex or base64.')
      .refine(isGoodHash, 'is not the hash of a random key.'),
  },
  { error: 'must be an object of name, scopes and sha256, and nothing else.' },
);
const entries = z.array(entry, 'must be a list of keys, or an object with a list "keys".');
const file = z.preprocess(listIn, entries);

/**
 * Reads a file of keys.
 * @throws ApiKeysProblem for the first thing that is wrong, which names the entry by its place.
 */
export function parseApiKeys(text: string): readonly ApiKeyEntry[] {
  const result = file.safeParse(parsed(text));
  if (!result.success) {
    const [{ path, message } = { path: [], message: 'can not be read.' }] = result.error.issues;
    throw new ApiKeysProblem(`${placeOf(path)} ${message}`);
  }
  refuseTwice(result.data, 'name', ({ name }) => name);
  refuseTwice(result.data, 'sha256', ({ sha256 }) => sha256.toString('hex'));
  return result.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ApiKeysProblem('The file is not JSON.'); // what JSON.parse says quotes the text
  }
}

/** The list may stand in an object, as its only member. */
function listIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'keys')) return value;
  return Object.keys(value).length === 1 ? (value as { readonly keys: unknown }).keys : value;
}

/** Takes `sha256:` and `sha256-` before it, as tools write them. */
function hashIn(text: string): Buffer {
  const bare = text.trim().replace(/^sha-?256[:-]/i, '');
  if (/^[\da-f]{64}$/i.test(bare)) return Buffer.from(bare, 'hex');
  return /^[\w+/-]{43}=?$/.test(bare) ? Buffer.from(bare, 'base64') : Buffer.alloc(0);
}

function isGoodHash(hash: Buffer): boolean {
  return !hashesOfNothing.includes(hash.toString('hex')) && new Set(hash).size >= leastDifferentBytes;
}

function refuseTwice(
  keys: readonly ApiKeyEntry[],
  member: keyof ApiKeyEntry,
  textOf: (key: ApiKeyEntry) => string,
): void {
  const texts = keys.map(textOf);
  const second = texts.findIndex((text, index) => texts.indexOf(text) < index);
  if (second >= 0)
    throw new ApiKeysProblem(`${placeOf([second, member])} is the same as an entry's before it.`);
}

/** A place in the list of keys, e.g. `Entry 2: "scopes"`, counted from 1. */
function placeOf([index, ...members]: readonly PropertyKey[]): string {
  if (typeof index !== 'number') return 'The file';
  const member = members.find((part) => typeof part === 'string');
  return `Entry ${index + 1}${member === undefined ? '' : `: "${member}"`}`;
}
