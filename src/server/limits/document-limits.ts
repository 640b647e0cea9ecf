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
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../../domain/errors.js';

/** How large a document may be; 0: no limit. */
export interface DocumentSizes {
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
}

/** The way down to any node, for who sets no limit of depth: what nests deeper could overflow the stack. */
const leastNesting = 400;
/** A field is two nodes on the way down: itself and its selection. */
const nodesPerField = 2;
const keptDocuments = 1000;
/** Read, a document takes a hundred times the memory of its text. */
const keptCharacters = 300_000;

/** Keeps documents that were read, as many as are of use and can't fill the memory; their size is that of their texts. */
export function readDocuments(): LRUCache<string, DocumentNode> {
  return new LRUCache({ max: keptDocuments, maxSize: keptCharacters });
}

/**
 * Refuses documents that are larger than anybody needs, before anything else looks at them. What it costs grows with
 * the text alone: each fragment is looked into once.
 */
export class DocumentLimits {
  readonly #schema: GraphQLSchema;
  readonly #sizes: DocumentSizes;
  readonly #nesting: number;
  readonly #passed = readDocuments();

  constructor(schema: GraphQLSchema, sizes: DocumentSizes) {
    this.#schema = schema;
    this.#sizes = sizes;
    this.#nesting = Math.max(leastNesting, nodesPerField * (sizes.depth + 10));
  }

  /**
   * Reads a document.
   * @throws GatewayError `QUERY_TOO_LARGE` for one that is over a limit; GraphQLError for what is no GraphQL.
   */
  parse(text: string): DocumentNode {
    const known = this.known(text);
    if (known) return known;
    try {
      const document = this.#parsed(text);
      this.#check(document);
      this.#passed.set(text, document, { size: text.length });
      return document;
    } catch (error) {
      if (error instanceof RangeError) throw this.#tooNested(); // the stack ended first
      throw error;
    }
  }

  /** A document that was read before. */
  known(text: string): DocumentNode | undefined {
    return this.#passed.get(text);
  }

  /** @throws GatewayError as above; what is no GraphQL passes: who runs it says what is wrong with it. */
  check(text: string): void {
    try {
      this.parse(text);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
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
      propagateOnRejection: false, // it would be thrown through the validation
      onReject: [() => void over.push(error)],
    });
    const rules: unknown[] = [];
    if (depth > 0) {
      const error = tooLarge('depth', depth, `nests fields more than ${depth} levels deep`);
      rules.push(maxDepthRule({ n: depth, flattenFragments: true, ...refuse(error) }));
    }
    if (aliases > 0) {
      const error = tooLarge(
        'aliases',
        aliases,
        `has more than ${aliases} aliases, counted wherever a fragment is used`,
      );
      rules.push(maxAliasesRule({ n: aliases, ...refuse(error) }));
    }
    if (directives > 0) {
      const error = tooLarge(
        'directives',
        directives,
        `has more than ${directives} directives, counted wherever a fragment is used`,
      );
      rules.push(maxDirectivesRule({ n: directives, ...refuse(error) }));
    }
    validate(this.#schema, document, rules as ValidationRule[]);
    if (over[0]) throw over[0];
  }

  #tooNested(): GatewayError {
    return tooLarge('nesting', this.#nesting, 'nests brackets deeper than anything that can be asked here');
  }
}

/** Where each limit is set. */
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

/** How many nodes the longest way down has; goes through the document without recursion. */
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
