/** Writes a part of an operation, with the variables and fragments that it needs. */
export type Part = (write: OperationWriter) => string;

/** How a value is passed. */
export type Way = 'literal' | 'variable' | 'default' | 'null for a default';

/** Collects the declarations of an operation while its parts are written. */
export class OperationWriter {
  readonly #variables: Record<string, unknown> = {};
  readonly #declared: string[] = [];
  readonly #fragments: string[] = [];
  readonly #nameLength: number;
  #names = 0;

  /** @param nameLength minimum length of aliases. */
  constructor(nameLength = 0) {
    this.#nameLength = nameLength;
  }

  /** A name that is unique within the operation. */
  name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${String(this.#names)}`.padEnd(this.#nameLength, '_');
  }

  /** A value as a literal or as a variable. */
  value(type: string, value: unknown, literal: string, way: Way): string {
    if (way === 'literal') return literal;
    const name = this.name('v');
    const hasDefault = way === 'default' || way === 'null for a default';
    this.#declared.push(`$${name}: ${type}${hasDefault ? ` = ${literal}` : ''}`);
    if (way !== 'default') this.#variables[name] = way === 'variable' ? value : null;
    return `$${name}`;
  }

  /** Spreads a new fragment twice, which is equivalent to once. */
  fragment(type: string, selection: string): string {
    const name = this.name('F');
    this.#fragments.push(`fragment ${name} on ${type} { ${selection} }`);
    return `...${name} ...${name}`;
  }

  document(kind: 'query' | 'mutation', body: string) {
    const declared = this.#declared.length > 0 ? `(${this.#declared.join(', ')})` : '';
    return {
      query: `${kind} ${declared} { ${body} } ${this.#fragments.join(' ')}`,
      variables: this.#variables,
    };
  }
}
