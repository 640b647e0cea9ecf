import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
  type ValidationRule,
  visit,
} from 'graphql';
import { GatewayError } from '../domain/errors.js';

/** Limits of a document; 0: no limit. */
export interface DocumentSizes {
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
}

/** The deepest nesting of nodes without a limit on depth; deeper documents could overflow the stack. */
const leastNesting = 400;
/** A field nests two nodes: itself and its selection set. */
const nodesPerField = 2;

/** Refuses documents over the limits before validation. The work is linear in the text: each fragment is visited once. */
export class DocumentLimits {
  readonly #schema: GraphQLSchema;
  readonly #sizes: DocumentSizes;
  readonly #nesting: number;

  constructor(schema: GraphQLSchema, sizes: DocumentSizes) {
    this.#schema = schema;
    this.#sizes = sizes;
    this.#nesting = Math.max(leastNesting, nodesPerField * (sizes.depth + 10));
  }

  /**
   * Parses a document.
   * @throws GatewayError `QUERY_TOO_LARGE` over a limit; GraphQLError where the text is not GraphQL.
   */
  parse(text: string): DocumentNode {
    try {
      const document = this.#parsed(text);
      this.#check(document);
      return document;
    } catch (error) {
      if (error instanceof RangeError) throw this.#tooNested(); // the stack overflowed
      throw error;
    }
  }

  #parsed(text: string): DocumentNode {
    const { tokens } = this.#sizes;
    try {
      return parse(text, tokens === 0 ? {} : { maxTokens: tokens });
    } catch (error) {
      if (!(error instanceof GraphQLError) || !error.message.includes('Parsing aborted')) throw error;
      throw tooLarge('tokens', tokens, `has more than ${tokens} names, numbers and brackets`);
    }
  }

  #check(document: DocumentNode): void {
    if (nestingOf(document) > this.#nesting) throw this.#tooNested();
    const { depth, aliases, directives } = this.#sizes;
    const over: GatewayError[] = [];
    const refuse = (error: GatewayError) => ({
      propagateOnRejection: false, // validation would throw it
      onReject: [() => void over.push(error)],
    });
    const rules: unknown[] = [];
    const counted = 'counted wherever a fragment is used';
    if (depth > 0) {
      const error = tooLarge('depth', depth, `nests fields more than ${depth} levels deep`);
      rules.push(maxDepthRule({ n: depth, flattenFragments: true, ...refuse(error) }));
    }
    if (aliases > 0) {
      const error = tooLarge('aliases', aliases, `has more than ${aliases} aliases, ${counted}`);
      rules.push(maxAliasesRule({ n: aliases, ...refuse(error) }));
    }
    if (directives > 0) {
      const error = tooLarge('directives', directives, `has more than ${directives} directives, ${counted}`);
      rules.push(maxDirectivesRule({ n: directives, ...refuse(error) }));
    }
    validate(this.#schema, document, rules as ValidationRule[]);
    if (over[0]) throw over[0];
  }

  #tooNested(): GatewayError {
    return tooLarge('nesting', this.#nesting, 'nests brackets deeper than any query of this schema');
  }
}

/** The setting of each limit. */
const variables = {
  tokens: 'MAX_QUERY_TOKENS',
  depth: 'MAX_QUERY_DEPTH',
  aliases: 'MAX_QUERY_ALIASES',
  directives: 'MAX_QUERY_DIRECTIVES',
  nesting: undefined,
} as const;

function tooLarge(of: keyof typeof variables, limit: number, what: string): GatewayError {
  const variable = variables[of];
  const setBy = variable === undefined ? '' : `; the gateway's ${variable} allows no more`;
  return new GatewayError('QUERY_TOO_LARGE', `The document ${what}${setBy}.`, { of, limit });
}

/** The depth of the deepest node. `visit` does not recurse. */
function nestingOf(document: DocumentNode): number {
  let deepest = 0;
  let depth = 0;
  visit(document, {
    enter: () => {
      depth += 1;
      if (depth > deepest) deepest = depth;
    },
    leave: () => {
      depth -= 1;
    },
  });
  return deepest;
}

/** Memory of a document and of each character: a token with its node may be two characters. */
const [bytesPerDocument, bytesPerCharacter] = [2500, 145];
/** Memory of a validation error with its nodes, locations and stack. */
const bytesPerProblem = 7500;
/** Memory of an operation's checks, plan and known costs. */
const bytesPerOperation = 8000;

/** An upper bound of the memory of a parsed document with its text; most take half of it. */
export function documentBytes(characters: number): number {
  return bytesPerDocument + bytesPerCharacter * characters;
}

/** The memory of everything computed from a document, without compiled functions. */
export function noteBytes(operations: number, problems: number): number {
  return bytesPerOperation * operations + bytesPerProblem * problems;
}
