import { checkFile, FileProblem, mostBytesOf, readText } from './files.js';
import { lengthOf, masked } from './masking.js';
import { type Name, secretSettings, type Value, variables } from '../variables.js';

/** Settings that take almost any text: the placeholder of an example, or quotes around it, would be noticed late or never. */
const anyText: ReadonlySet<string> = new Set([...secretSettings, 'JWT_ISSUER', 'JWT_AUDIENCE']);

/** Invalid settings: one line each, with the variable, its value and the valid values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** The environment variables of a process; an empty one counts as not set. */
export class Environment {
  readonly #problems = new Set<string>(); // a variable that is read twice is one problem
  readonly #variables: Record<string, string | undefined>;
  readonly #files = new Map<string, string>();
  readonly #secretFiles = new Set<string>();

  constructor(values: Readonly<Record<string, string | undefined>>) {
    this.#variables = { ...values };
    for (const name of secretSettings) this.#readSecretFile(name);
  }

  /** The problems so far. */
  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /** Paths of the files that settings name, by the setting. */
  get files(): ReadonlyMap<string, string> {
    return this.#files;
  }

  /** Adds a problem: the gateway will not start. */
  refuse(problem: string): void {
    this.#problems.add(problem);
  }

  /** All variables that are set. */
  entries(): readonly (readonly [name: string, text: string])[] {
    return Object.keys(this.#variables).flatMap((name) => {
      const text = this.textOf(name);
      return text === undefined ? [] : [[name, text] as const];
    });
  }

  /** The text of any variable, also of one that is not a setting. */
  textOf(name: string): string | undefined {
    const value = this.#variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** True for a setting that is given in any way, also by a file that can't be read. */
  isGiven(name: Name): boolean {
    return this.textOf(name) !== undefined || this.#secretFiles.has(name);
  }

  /** The value of a setting as text for its operator; secrets are masked. */
  shown(name: Name): string {
    const text = this.textOf(name) ?? '';
    // In a URL the secrets have known places; any other text may be the password alone.
    const isUrl = /^[a-z]+:\/\/./i.test(text) && URL.canParse(text);
    if ((name === 'REDIS_URL' && isUrl) || !secretSettings.some((each) => each === name)) return masked(text);
    const source = this.#secretFiles.has(name) ? ` from ${name}_FILE` : '';
    return `${lengthOf(text)}${source}`;
  }

  /** The value of a setting. Adds a problem if the value is invalid. */
  read<N extends Name>(name: N): Value<N> {
    const [schema, takes, byDefault] = variables[name];
    const text = this.textOf(name) ?? byDefault;
    if (text === undefined) return undefined as Value<N>;
    const parts = name === 'JWT_AUDIENCE' ? text.split(',').map((part) => part.trim()) : [text];
    if (anyText.has(name) && parts.some((part) => isPlaceholder(name, secretIn(name, part)))) {
      this.refuse(`${name}: got the placeholder of an example (${this.shown(name)}), takes ${takes}.`);
      return undefined as Value<N>;
    }
    if (anyText.has(name) && parts.some((part) => /^(["'`]).*\1$/s.test(part))) {
      this.refuse(
        `${name}: got ${this.shown(name)} with quotes around them, takes ${takes}; remove the quotes.`,
      );
      return undefined as Value<N>;
    }
    const result = schema.safeParse(text);
    if (!result.success) this.refuse(`${name}: got ${this.shown(name)}, takes ${takes}.`);
    return result.data as Value<N>;
  }

  /** The value of a required setting. Adds a problem if it is not set. */
  require<N extends Name>(name: N, because: string): NonNullable<Value<N>> {
    const value = this.read(name);
    if (!this.isGiven(name))
      this.refuse(`${name}: got nothing, takes ${variables[name][1]}; needed because ${because}.`);
    return value as NonNullable<Value<N>>;
  }

  /** Checks that the file that a setting names can be read. Adds a problem if it can't. */
  checkFile(name: Name, mostBytes: number): void {
    const path = this.textOf(name);
    if (path === undefined) return;
    this.#files.set(name, path);
    this.#withoutProblem(name, masked(path), variables[name][1], () => {
      if (checkFile(path, mostBytes) === 0) throw new FileProblem('it is empty');
    });
  }

  /** Reads a secret that is given as the path of a file. */
  #readSecretFile(name: (typeof secretSettings)[number]): void {
    const path = this.textOf(`${name}_FILE`);
    if (path === undefined) return;
    if (this.isGiven(name))
      this.refuse(`${name}: got ${this.shown(name)}, and ${name}_FILE is set too; unset one of the two.`);
    this.#secretFiles.add(name);
    this.#files.set(`${name}_FILE`, path);
    const takes = `the path of a file with nothing but the value of ${name}`;
    // The secret itself, by mistake, is not shown.
    const shown = /^(?:~|\.{0,2})\//.test(path) ? masked(path) : lengthOf(path);
    this.#withoutProblem(`${name}_FILE`, shown, takes, () => {
      const text = readText(path, mostBytesOf.secret).trim();
      if (text === '') throw new FileProblem('it is empty');
      if (/[\r\n]/.test(text)) throw new FileProblem('it has several lines');
      this.#variables[name] = text;
    });
  }

  #withoutProblem(name: string, shown: string, takes: string, use: () => void): void {
    try {
      use();
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      this.refuse(`${name}: got ${shown}, takes ${takes}; ${error.message}.`);
    }
  }
}

/** The part that must not be a placeholder: the password of a URL, otherwise the whole text. */
function secretIn(name: string, text: string): string {
  return name === 'REDIS_URL' ? (/:\/\/[^/@:]*:([^@]*)@/.exec(text)?.[1] ?? '') : text;
}

/** Texts to be replaced: `<key>`, `%KEY%`, an ellipsis, and what a shell or a template would have replaced: `$(command)`. */
const marks = /^[<[{%].*[>\]}%]$|\$[({]|^\$\w+$|\{\{|…|^\.{3,}$|openssl rand/s;
/** Words of examples. Random texts have them with a probability of practically zero. */
const words =
  /^(?:your|insert|replace|enter|todo|fixme|tbd|placeholder|example|redacted)(?:[^a-z\d]|$)|change[^a-z\d]?(?:me|this)|^your(?:exotel|api|account|sid|key|token|secret|password)|[-_ ]here$/i;
/** What programs write for a missing value. */
const nothing = /^(?:null|undefined)$/i;
/** References that another program should have replaced by the secret: Vault, 1Password, AWS, Google Cloud, Azure. */
const references =
  /^(?:vault|bao|op|env|file|ssm|aws-?sm|secretsmanager|gcp-?sm|sm|akv|keyvault|secretref|ref\+\w+):|^\/(?:run|var|mnt)\/|^ENC\[|^arn:aws|^projects\/[^/]+\/secrets\/|^@Microsoft\.KeyVault\(/i;
/** `xxx`, `***`, `000`. */
const repeated = /^([x*_#0-])\1{2,}$/i;

/** Whether a value is a placeholder, such as one left from an example, or the name of its setting. */
function isPlaceholder(name: string, text: string): boolean {
  return (
    marks.test(text) ||
    words.test(text) ||
    nothing.test(text) ||
    references.test(text) ||
    repeated.test(text) ||
    text.toUpperCase() === name
  );
}
