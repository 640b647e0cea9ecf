import {
  execute,
  type FragmentDefinitionNode,
  type GraphQLError,
  getOperationAST,
  getVariableValues,
  type GraphQLSchema,
  Kind,
  parse,
  validate,
} from 'graphql';
import { answerSize, type AnswerSize } from '../../src/operations/cost/answer-size.js';
import { CostCheck, type CostLimit } from '../../src/operations/cost/operation-cost.js';
import { AnswerShape } from '../../src/operations/cost/selection.js';
import { createSchema } from '../../src/resolvers/schema.js';

type Variables = Readonly<Record<string, unknown>>;

const schema = createSchema();

/** The check of an operation's cost, without a gateway around it. */
export class CostUnderTest {
  readonly #schema: GraphQLSchema;
  readonly #check: CostCheck;
  readonly #valid = new WeakSet<object>();
  readonly #documents = new Map<string, ReturnType<typeof parse>>();

  constructor(schema: GraphQLSchema, limits: Partial<CostLimit> = {}) {
    this.#schema = schema;
    this.#check = new CostCheck({
      limit: 30,
      windowRows: { campaigns: { rows: 50 }, messages: { rows: 50 } },
      maximumValues: 100_000,
      maximumBytes: 16_777_216,
      ...limits,
    });
  }

  static async start(limits?: Partial<CostLimit>): Promise<CostUnderTest> {
    return new CostUnderTest(await schema, limits);
  }

  /** What an operation is refused with; the same document is the same object each time, as a gateway keeps it. */
  problem(query: string, variables: Variables = {}, operationName?: string): GraphQLError | undefined {
    const { document, operation } = this.#read(query, operationName);
    const [invalid] = this.#valid.has(document) ? [] : validate(this.#schema, document);
    if (invalid) throw new Error(invalid.message); // without its nodes, which Jest would print
    this.#valid.add(document);
    const checked = this.#check.check({ schema: this.#schema, document, operation, variables });
    return typeof checked === 'number' ? undefined : checked;
  }

  /** Its code, and what it is too large of. */
  refusal(query: string, variables?: Variables): string | undefined {
    const { code, of } = this.problem(query, variables)?.extensions ?? {};
    return [code, of].filter((part) => typeof part === 'string').join(' ') || undefined;
  }

  /** The estimate of an answer's size; of documents that validation need not have passed. */
  size(query: string, variables: Variables = {}): AnswerSize {
    const { document, operation } = this.#read(query);
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    if (!coerced) throw new Error('the variables are wrong');
    const fragments = document.definitions.filter(
      (node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION,
    );
    const context = {
      schema: this.#schema,
      fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
      variableValues: coerced,
    };
    return answerSize(new AnswerShape(operation, context), context);
  }

  /** The bytes of an answer that needs nothing but the schema. */
  async answered(query: string): Promise<number> {
    const result = await execute({ schema: this.#schema, document: parse(query) });
    if (result.errors) throw new Error(String(result.errors));
    return Buffer.byteLength(JSON.stringify(result));
  }

  #read(query: string, operationName?: string) {
    const document = this.#documents.get(query) ?? parse(query);
    this.#documents.set(query, document);
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('there is no operation');
    return { document, operation };
  }
}
