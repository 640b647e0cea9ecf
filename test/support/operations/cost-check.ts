import {
  execute,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { answerSize, type AnswerSize } from '../../../src/operations/cost/answer-size.js';
import { CostCheck, type CostLimit } from '../../../src/operations/cost/operation-cost.js';
import { AnswerShape } from '../../../src/operations/cost/selection.js';
import { PreparedDocument } from '../../../src/operations/documents/prepared-document.js';
import { createSchema } from '../../../src/resolvers/schema.js';

type Variables = Readonly<Record<string, unknown>>;

const schema = createSchema();

/** The cost check of operations, without a gateway. */
export class CostUnderTest {
  readonly #schema: GraphQLSchema;
  readonly #check: CostCheck;
  readonly #documents = new Map<string, PreparedDocument>();

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

  /** The refusal of an operation; a document is prepared once, as in a gateway. */
  problem(query: string, variables: Variables = {}, operationName?: string): GraphQLError | undefined {
    const prepared = this.#prepared(query);
    const [invalid] = prepared.problems;
    if (invalid) throw new Error(invalid.message); // without its nodes, which Jest would print
    const checked = this.#check.check(prepared.operation(operationName), variables);
    return checked instanceof GraphQLError ? checked : undefined;
  }

  /** Code of the refusal, and the exceeded limit. */
  refusal(query: string, variables?: Variables): string | undefined {
    const { code, of } = this.problem(query, variables)?.extensions ?? {};
    return [code, of].filter((part) => typeof part === 'string').join(' ') || undefined;
  }

  /** Estimated size of a response, also for documents that fail validation. */
  size(query: string, variables: Variables = {}): AnswerSize {
    const { document, fragments } = this.#prepared(query);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('there is no operation');
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    if (!coerced) throw new Error('the variables are wrong');
    const context = { schema: this.#schema, fragments, variableValues: coerced };
    return answerSize(new AnswerShape(operation, context), context);
  }

  /** Exact bytes of a response that needs only the schema. */
  async answered(query: string): Promise<number> {
    const result = await execute({ schema: this.#schema, document: parse(query) });
    if (result.errors) throw new Error(String(result.errors));
    return Buffer.byteLength(JSON.stringify(result));
  }

  #prepared(query: string): PreparedDocument {
    const known = this.#documents.get(query);
    if (known) return known;
    const document = parse(query);
    const prepared = new PreparedDocument(this.#schema, document, validate(this.#schema, document));
    this.#documents.set(query, prepared);
    return prepared;
  }
}
