import './enums.js';
import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { UserErrorCode } from '../domain/errors.js';
import { SmsEncoding } from '../domain/sms.js';
import { Campaign } from './campaign.js';

@Directive('@shareable')
@ObjectType({
  simpleResolvers: true,
  description: 'Something that the caller can mend. Everything else is a top-level error with a code.',
})
class UserError {
  @Field(() => UserErrorCode, { description: 'What is wrong, for programs.' })
  code!: UserErrorCode;

  @Field(() => String, { description: 'What is wrong, for people; in English.' })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'Which argument, as a path, e.g. `["input", "schedule", "startTime"]`; null for none of them.',
  })
  field!: readonly string[] | null;
}

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

@ObjectType({
  simpleResolvers: true,
  description: 'What creating a campaign would come to; nothing is created and no upstream call spent.',
})
export class CampaignValidation {
  @Field(() => Boolean, { description: 'True where no rule is broken.' })
  valid!: boolean;

  @Field(() => [UserError], { description: 'Every broken rule, as `createCampaign` would answer them.' })
  userErrors!: readonly UserError[];

  @Field(() => [String], {
    description:
      'The contact list columns that the template names with `@@`, each once, in the order of first use.',
  })
  variables!: readonly string[];

  @Field(() => SmsEncoding, { description: 'How the template as it stands is encoded.' })
  encoding!: SmsEncoding;

  @Field(() => Int, {
    description:
      'SMS parts per recipient, before personalisation: the values put in place of variables change it.',
  })
  segments!: number;
}
