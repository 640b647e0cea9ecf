import { OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import { campaignPageLimits, type PageArguments } from '../../domain/page.js';
import { pageOf, representationsOf, representedSid, sidOf } from './arguments.js';
import { CampaignScope, type CostContext, endless, rowSelections } from './campaign-scope.js';
import { pageCalls, pageRows } from './page-cost.js';
import { AnswerShape, EstimateTooLong, type SelectedField } from './selection.js';

/** A read to check the rules, the write, and another read where the upstream refuses after all. */
const changeCalls = 3;

/**
 * The most upstream calls that an operation takes, from its page sizes alone: as if nothing had been read before and every
 * page were full. A read that is asked for twice is one read and counts once. Calls that fail and are tried again, and
 * lists that move while they are read, come on top (docs/reading.md, "Cost").
 * @param known the shape of its answer, where that was read before.
 * @throws GraphQLError for a condition that is null.
 */
export function operationCost(
  operation: OperationDefinitionNode,
  context: CostContext,
  known?: AnswerShape,
): number {
  try {
    const estimate = new OperationCost(known ?? new AnswerShape(operation, context), context);
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) return estimate.event;
    return operation.operation === OperationTypeNode.MUTATION ? estimate.mutations : estimate.query;
  } catch (error) {
    if (error instanceof EstimateTooLong) return endless;
    throw error;
  }
}

class OperationCost {
  readonly #shape: AnswerShape;
  readonly #context: CostContext;

  constructor(shape: AnswerShape, context: CostContext) {
    this.#shape = shape;
    this.#context = context;
  }

  get query(): number {
    return Math.min(endless, this.#campaignsBySid() + this.#campaignLists());
  }

  /** A mutation's campaign comes with its answer; only its messages are read. */
  get mutations(): number {
    return this.#fields.reduce((sum, field) => {
      const calls = field.name === 'createCampaign' ? 1 : changeCalls;
      return sum + calls + this.#campaignsIn(field).messageCalls;
    }, 0);
  }

  /** A subscription's beginning, or one of its events: the campaign, and what is asked of its messages. */
  get event(): number {
    return this.#fields.reduce((sum, field) => {
      const scope = field.name === 'campaignUpdated' ? this.#scope() : this.#campaignsIn(field);
      if (field.name === 'campaignUpdated') scope.add(this.#shape.below(field));
      return sum + scope.messageCalls;
    }, 1);
  }

  get #fields(): readonly SelectedField[] {
    return this.#shape.root.fields;
  }

  #scope(): CampaignScope {
    return new CampaignScope(this.#shape, this.#context);
  }

  /** What is asked of the campaign that a field's object has. */
  #campaignsIn(field: SelectedField): CampaignScope {
    const scope = this.#scope();
    for (const below of this.#shape.below(field).fields)
      if (below.name === 'campaign') scope.add(this.#shape.below(below));
    return scope;
  }

  /** Campaigns by their sids, as fields or as entities; two or more are looked for in the newest window first. */
  #campaignsBySid(): number {
    const { variableValues, batchCalls } = this.#context;
    const campaigns = new Map<unknown, CampaignScope>();
    const scopeOf = (sid: unknown): CampaignScope => {
      const scope = campaigns.get(sid) ?? this.#scope();
      campaigns.set(sid, scope);
      return scope;
    };
    let isOfRouter = true;
    for (const field of this.#fields) {
      const selection = this.#shape.below(field);
      if (field.name === 'campaign') {
        isOfRouter = false;
        scopeOf(sidOf(field, variableValues)).addRoot(selection);
      }
      if (field.name === '_entities')
        // a reference is taken at its word: it need not be read
        for (const representation of representationsOf(field, variableValues)) {
          this.#shape.step();
          const sid = representedSid(representation);
          if (sid !== undefined) scopeOf(sid).add(selection);
        }
    }
    const scopes = [...campaigns.values()];
    const messages = scopes.reduce((sum, { messageCalls }) => sum + messageCalls, 0);
    const atOnce = scopes.filter(({ hasDetails }) => hasDetails).length;
    // A router can't ask for less: what of its batch would cost more is refused one by one where it is read.
    const inBatch = isOfRouter ? Math.min(atOnce, batchCalls) : atOnce;
    // Campaigns of messages are read as their messages come: in the worst case two by two, each two with a window.
    const later = scopes.filter(({ hasOnlyNestedDetails }) => hasOnlyNestedDetails).length;
    return messages + (atOnce < 2 ? atOnce : 1 + inBatch) + later + Math.floor(later / 2);
  }

  /** Lists of campaigns: their windows, and for every row what is asked of its messages. */
  #campaignLists(): number {
    const lists = new Map<unknown, { readonly page: PageArguments; readonly scope: CampaignScope }>();
    for (const field of this.#fields) {
      if (field.name !== 'campaigns') continue;
      const { page, identity } = pageOf(field, this.#context.variableValues);
      const list = lists.get(identity) ?? { page, scope: this.#scope() };
      lists.set(identity, list);
      for (const row of rowSelections(this.#shape.below(field), this.#shape)) list.scope.add(row);
    }
    return [...lists.values()].reduce((sum, { page, scope }) => {
      const windows = pageCalls(page, campaignPageLimits, this.#context.windowRows.campaigns);
      return sum + windows + pageRows(page, campaignPageLimits) * scope.messageCalls;
    }, 0);
  }
}
