import { type z } from 'zod';
import { secretVariables, variables } from './variables.js';

/** Settings that can't be started with; one line each, naming the variable, what it got and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

type Variables = typeof variables;
type Name = keyof Variables;
/** What a variable is read as; undefined where nothing is said and there is no default. */
type Value<N extends Name> =
  z.output<Variables[N][0]> | (Variables[N][2] extends undefined ? undefined : never);

/** The variables that a process was started with; an empty one counts as not set. */
export class Environment {
  readonly #problems = new Set<string>(); // one that is read twice is one problem
  readonly #said: Readonly<Record<string, string | undefined>>;

  constructor(said: Readonly<Record<string, string | undefined>>) {
    this.#said = said;
  }

  /** What can't be started with, so far. */
  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /** Notes what can't be started with. */
  refuse(problem: string): void {
    this.#problems.add(problem);
  }

  /** What a variable says as text, known or not. */
  said(name: string): string | undefined {
    const value = this.#said[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** A variable's value; where it is none, a problem is noted. */
  read<N extends Name>(name: N): Value<N> {
    const [schema, takes, byDefault] = variables[name];
    const got = this.said(name) ?? byDefault;
    if (got === undefined) return undefined as Value<N>;
    const result = schema.safeParse(got);
    const seen = secretVariables.has(name) ? `${Array.from(got).length} characters` : shown(got);
    if (!result.success) this.refuse(`${name}: got ${seen}, takes ${takes}.`);
    return result.data as Value<N>;
  }

  /** A variable's value, which can't be done without: where there is none, a problem is noted. */
  need<N extends Name>(name: N, because: string): NonNullable<Value<N>> {
    const value = this.read(name);
    if (value === undefined && this.said(name) === undefined)
      this.refuse(`${name}: got nothing, takes ${variables[name][1]}; needed because ${because}.`);
    return value as NonNullable<Value<N>>;
  }
}

/** What was got, for a person; never a password that somebody put into a URL. */
export function shown(value: string): string {
  return JSON.stringify(value.replace(/^([a-z]+:\/\/|\/\/)?.*@/is, '$1…@'));
}
