import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Outcome } from '../datasources/writing/outcome.js';
import { CampaignAction } from '../domain/campaign.js';
import { encodingOf, examinedPart, segmentsOf, variablesOf } from '../domain/sms.js';
import { CreateCampaignInput, UpdateCampaignInput } from '../schema/campaign-input.js';
import { CampaignArgs } from '../schema/list-arguments.js';
import {
  ArchiveCampaignPayload,
  CampaignValidation,
  CompleteCampaignPayload,
  CreateCampaignPayload,
  PauseCampaignPayload,
  ResumeCampaignPayload,
  UpdateCampaignPayload,
} from '../schema/payloads.js';
import { type RequestContext } from './context.js';

@Resolver()
export class CampaignMutations {
  @Mutation(() => CreateCampaignPayload, {
    description: 'Creates a campaign: it will be sent to real people.',
  })
  async createCampaign(
    @Arg('input', () => CreateCampaignInput, { description: 'The new campaign.' }) input: CreateCampaignInput,
    @Ctx() { writer }: RequestContext,
  ): Promise<Outcome> {
    const { idempotencyKey = null, ...draft } = input;
    return writer.create(draft, idempotencyKey);
  }

  @Mutation(() => UpdateCampaignPayload, { description: 'Changes a campaign that has not started.' })
  async updateCampaign(
    @Arg('sid', () => ID, { description: "The campaign's `sid`." }) sid: string,
    @Arg('input', () => UpdateCampaignInput, { description: 'What to change.' }) input: UpdateCampaignInput,
    @Ctx() { writer }: RequestContext,
  ): Promise<Outcome> {
    return writer.update(sid, input);
  }

  @Mutation(() => PauseCampaignPayload, { description: 'Stops sending for now.' })
  async pauseCampaign(@Args(() => CampaignArgs) { sid }: CampaignArgs, @Ctx() { writer }: RequestContext) {
    return writer.act(sid, CampaignAction.PAUSE);
  }

  @Mutation(() => ResumeCampaignPayload, { description: 'Goes on sending.' })
  async resumeCampaign(@Args(() => CampaignArgs) { sid }: CampaignArgs, @Ctx() { writer }: RequestContext) {
    return writer.act(sid, CampaignAction.RESUME);
  }

  @Mutation(() => CompleteCampaignPayload, {
    description: 'Ends a paused campaign: what is unsent becomes failed.',
  })
  async completeCampaign(@Args(() => CampaignArgs) { sid }: CampaignArgs, @Ctx() { writer }: RequestContext) {
    return writer.act(sid, CampaignAction.COMPLETE);
  }

  @Mutation(() => ArchiveCampaignPayload, { description: 'Puts a completed campaign away.' })
  async archiveCampaign(@Args(() => CampaignArgs) { sid }: CampaignArgs, @Ctx() { writer }: RequestContext) {
    return writer.act(sid, CampaignAction.ARCHIVE);
  }
}

@Resolver()
export class ValidationResolver {
  @Query(() => CampaignValidation, {
    description:
      'Checks a new campaign against every rule, without creating it and without an upstream call.',
  })
  validateCampaign(
    @Arg('input', () => CreateCampaignInput, { description: 'The campaign as it would be created.' })
    { idempotencyKey = null, ...draft }: CreateCampaignInput,
    @Ctx() { writer, report }: RequestContext,
  ): CampaignValidation {
    report.used.markTimeDependent(); // a start that is early enough now is too early in a minute
    const userErrors = writer.problems(draft, idempotencyKey);
    const template = examinedPart(draft.template);
    return {
      valid: userErrors.length === 0,
      userErrors,
      variables: variablesOf(template),
      encoding: encodingOf(template),
      segments: segmentsOf(template),
    };
  }
}
