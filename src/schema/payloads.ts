import { Field, ObjectType } from 'type-graphql';
import { Campaign } from './campaign.js';
import { UserError } from './user-error.js';

/** What every mutation answers: the campaign as it is now, or what the caller can mend. */
@ObjectType({ simpleResolvers: true })
export abstract class CampaignPayload {
  @Field(() => Campaign, {
    nullable: true,
    description: 'The campaign as it is now; null where nothing was done.',
  })
  campaign!: Campaign | null;

  @Field(() => [UserError], { description: 'What to mend; empty where it was done.' })
  userErrors!: readonly UserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What came of creating a campaign.' })
export class CreateCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'What came of changing a campaign.' })
export class UpdateCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'What came of pausing a campaign.' })
export class PauseCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'What came of resuming a campaign.' })
export class ResumeCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'What came of completing a campaign.' })
export class CompleteCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'What came of archiving a campaign.' })
export class ArchiveCampaignPayload extends CampaignPayload {}
