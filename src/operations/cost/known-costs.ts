import { type AnswerBytes } from './operation-cost.js';

/** Variable values that are known to be within the limits, at most, for each operation. */
const maximumKeys = 20;
/** An operation with longer variables, such as a router's batch, is estimated each time. */
const longestKey = 300;
/** Sids as the API makes them; any other text counts by itself. */
const usualSid = /^[\w-]{1,64}$/;

type Variables = Readonly<Record<string, unknown>>;

/**
 * The estimates of one operation that were within the limits, by the variables that matter: page sizes and filters. Which
 * campaign a sid names does not matter if every sid counts as a campaign of its own; the estimate is never less then.
 */
export class KnownCosts {
  readonly #sids: readonly string[];
  readonly #others: readonly string[];
  readonly #answers = new Map<string, AnswerBytes>();

  /**
   * @param sids names of the variables that only name campaigns.
   * @param others names of the other variables.
   */
  constructor(sids: readonly string[], others: readonly string[]) {
    this.#sids = sids;
    this.#others = others;
  }

  /**
   * A key of all that an estimate depends on.
   * @param windowRows learned while the process runs.
   * @returns undefined for variables that are too long.
   */
  keyOf(variables: Variables, windowRows: readonly number[]): string | undefined {
    let key = windowRows.join();
    for (const name of this.#others) key += memberOf(variables, name);
    for (const name of this.#sids) if (!isUsualSid(variables[name])) key += memberOf(variables, name);
    return key.length <= longestKey ? key : undefined;
  }

  /** The names of variables whose campaign does not matter. */
  anySids(variables: Variables): readonly string[] {
    return this.#sids.filter((name) => isUsualSid(variables[name]));
  }

  /** The sizes of an answer to an operation that is known to be within the limits. */
  get(key: string): AnswerBytes | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: AnswerBytes): void {
    if (this.#answers.size >= maximumKeys) this.#answers.clear();
    this.#answers.set(key, answer);
  }
}

function memberOf(variables: Variables, name: string): string {
  return Object.hasOwn(variables, name) ? ` ${name}:${jsonOf(variables[name])}` : '';
}

/** JSON of a value; a text too long for a key where it nests too deep to be written. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return ' '.repeat(longestKey + 1);
  }
}

function isUsualSid(value: unknown): boolean {
  return typeof value === 'string' && usualSid.test(value);
}
