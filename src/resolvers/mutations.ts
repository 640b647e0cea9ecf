import { Arg, Args, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { type Outcome } from '../datasources/writing/outcome.js';
import { CampaignAction } from '../domain/campaigns/campaign.js';
import { CreateCampaignInput, UpdateCampaignInput } from '../schema/campaign-input.js';
import { CampaignArgs } from '../schema/list-arguments.js';
import {
  ArchiveCampaignPayload,
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
    description: 'Creates a campaign. Its messages will be sent to real people.',
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
    @Arg('sid', () => ID, { description: 'Sid of the campaign.' }) sid: string,
    @Arg('input', () => UpdateCampaignInput, { description: 'Changes to make.' }) input: UpdateCampaignInput,
    @Ctx() { writer }: RequestContext,
  ): Promise<Outcome> {
    return writer.update(sid, input);
  }

  @Mutation(() => PauseCampaignPayload, {
    description: 'Pauses a campaign: nothing is sent until it is resumed.',
  })
  async pauseCampaign(@Args(() => CampaignArgs) { sid }: CampaignArgs, @Ctx() { writer }: RequestContext) {
    return writer.act(sid, CampaignAction.PAUSE);
  }

  @Mutation(() => ResumeCampaignPayload, { description: 'Resumes a paused campaign.' })
  async resumeCampaign(@Args(() => CampaignArgs) { sid }: CampaignArgs, @Ctx() { writer }: RequestContext) {
    return writer.act(sid, CampaignAction.RESUME);
  }

  @Mutation(() => CompleteCampaignPayload, {
    description: 'Ends a paused campaign. Unsent messages fail.',
  })
  async completeCampaign(@Args(() => CampaignArgs) { sid }: CampaignArgs, @Ctx() { writer }: RequestContext) {
    return writer.act(sid, CampaignAction.COMPLETE);
  }

  @Mutation(() => ArchiveCampaignPayload, { description: 'Archives a completed campaign.' })
  async archiveCampaign(@Args(() => CampaignArgs) { sid }: CampaignArgs, @Ctx() { writer }: RequestContext) {
    return writer.act(sid, CampaignAction.ARCHIVE);
  }
}
