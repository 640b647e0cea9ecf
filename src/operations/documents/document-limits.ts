import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  validate,
  visit,
} from 'graphql';
import { GatewayError } from '../../domain/errors.js';
import { type Fragments } from '../../schema/selected-fields.js';
import { fragmentsOf } from './document-facts.js';
import { maximumComparisons, needsMoreComparisons } from './field-comparisons.js';

/** Limits of a document; 0: no limit. */
interface DocumentSizes {
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
}

/** The deepest nesting of nodes without a limit on depth; deeper documents could overflow the stack. */
const leastNesting = 400;
/** Lines of a document that are always accepted; more tokens may have half a line each. */
const leastLines = 2000;
/** A field nests two nodes: itself and its selection set. */
const nodesPerField = 2;

/** Refuses documents over the limits before validation. The work is linear in the text: each fragment is visited once. */
export class DocumentLimits {
  readonly #schema: GraphQLSchema;
  readonly #sizes: DocumentSizes;
  readonly #nesting: number;
  readonly #lines: number;

  constructor(schema: GraphQLSchema, sizes: DocumentSizes) {
    this.#schema = schema;
    this.#sizes = sizes;
    this.#lines = Math.max(leastLines, Math.floor(sizes.tokens / 2));
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
    if (hasMoreLines(text, this.#lines))
      throw tooLarge('lines', this.#lines, `has more than ${this.#lines} lines`);
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
    if (depth > 0) this.#checkDepth(document, depth);
    const fragments = fragmentsOf(document);
    const used = countsOf(document, fragments);
    const counted = 'counted wherever a fragment is used';
    if (aliases > 0 && used.aliases > aliases)
      throw tooLarge('aliases', aliases, `has more than ${aliases} aliases, ${counted}`);
    if (directives > 0 && used.directives > directives)
      throw tooLarge('directives', directives, `has more than ${directives} directives, ${counted}`);
    if (needsMoreComparisons(document, fragments))
      throw tooLarge(
        'comparisons',
        maximumComparisons,
        `repeats fields or fragments too often: it needs more than ${maximumComparisons} comparisons`,
      );
  }

  #checkDepth(document: DocumentNode, depth: number): void {
    const over: unknown[] = [];
    const rule = maxDepthRule({
      n: depth,
      flattenFragments: true,
      propagateOnRejection: false, // validation would throw it
      onReject: [() => void over.push(depth)],
    });
    validate(this.#schema, document, [rule]);
    if (over.length > 0) throw tooLarge('depth', depth, `nests fields more than ${depth} levels deep`);
  }

  #tooNested(): GatewayError {
    return tooLarge('nesting', this.#nesting, 'nests brackets deeper than any query of this schema');
  }
}

/** Each error of an operation counts the lines before its field (`getLocation` of graphql-js), and there may be thousands. */
function hasMoreLines(text: string, maximum: number): boolean {
  let lines = 1;
  for (let index = 0; index < text.length && lines <= maximum; index += 1) {
    const code = text.charCodeAt(index);
    if (code === lineFeed || code === carriageReturn) lines += 1;
  }
  return lines > maximum;
}

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** The setting of each limit. */
const variables = {
  tokens: 'MAX_QUERY_TOKENS',
  depth: 'MAX_QUERY_DEPTH',
  aliases: 'MAX_QUERY_ALIASES',
  directives: 'MAX_QUERY_DIRECTIVES',
  nesting: undefined,
  comparisons: undefined,
  lines: undefined,
} as const;

function tooLarge(of: keyof typeof variables, limit: number, what: string): GatewayError {
  const variable = variables[of];
  const setBy = variable === undefined ? '' : `; the gateway's ${variable} allows no more`;
  return new GatewayError('QUERY_TOO_LARGE', `The document ${what}${setBy}.`, { of, limit });
}

interface Counts {
  readonly aliases: number;
  readonly directives: number;
}

/**
 * The most aliases and directives that an operation of a document executes, those of a fragment at each use. Each fragment is
 * visited once; one that contains itself is refused by validation later, and counts as empty where it does.
 */
function countsOf(document: DocumentNode, fragments: Fragments): Counts {
  const known = new Map<string, Counts>();

  function countsOfFragment(name: string): Counts {
    const counts = known.get(name);
    const fragment = fragments[name];
    if (counts || !fragment) return counts ?? none;
    known.set(name, none);
    const computed = countsIn(fragment);
    known.set(name, computed);
    return computed;
  }

  function countsIn(definition: DefinitionNode): Counts {
    let [aliases, directives] = [0, 0];
    visit(definition, {
      Field: ({ alias }) => {
        if (alias) aliases += 1;
      },
      Directive: () => {
        directives += 1;
      },
      FragmentSpread: ({ name }) => {
        const used = countsOfFragment(name.value);
        aliases += used.aliases;
        directives += used.directives;
      },
    });
    return { aliases, directives };
  }

  const counts = document.definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .map((operation) => countsIn(operation));
  return {
    aliases: Math.max(0, ...counts.map(({ aliases }) => aliases)),
    directives: Math.max(0, ...counts.map(({ directives }) => directives)),
  };
}

const none: Counts = { aliases: 0, directives: 0 };

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
