import './enums.js';
import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { UserErrorCode } from '../domain/errors.js';
import { SmsEncoding } from '../domain/campaigns/sms.js';
import { Campaign } from './campaign.js';

@Directive('@shareable')
@ObjectType({
  simpleResolvers: true,
  description: 'An error that the caller can correct. All other errors are top-level errors with a code.',
})
class UserError {
  @Field(() => UserErrorCode, { description: 'Machine-readable reason.' })
  code!: UserErrorCode;

  @Field(() => String, { description: 'Explanation for people, in English.' })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'Path of the argument, e.g. `["input", "schedule", "startTime"]`. Null if no single argument is wrong.',
  })
  field!: readonly string[] | null;
}

/** Result of every mutation: the campaign after it, or user errors. */
@ObjectType({ simpleResolvers: true })
export abstract class CampaignPayload {
  @Field(() => Campaign, {
    nullable: true,
    description: 'The campaign after the mutation. Null if nothing was done.',
  })
  campaign!: Campaign | null;

  @Field(() => [UserError], { description: 'Errors that the caller can correct. Empty on success.' })
  userErrors!: readonly UserError[];
}

@ObjectType({ simpleResolvers: true, description: 'Result of `createCampaign`.' })
export class CreateCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'Result of `updateCampaign`.' })
export class UpdateCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'Result of `pauseCampaign`.' })
export class PauseCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'Result of `resumeCampaign`.' })
export class ResumeCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'Result of `completeCampaign`.' })
export class CompleteCampaignPayload extends CampaignPayload {}

@ObjectType({ simpleResolvers: true, description: 'Result of `archiveCampaign`.' })
export class ArchiveCampaignPayload extends CampaignPayload {}

@ObjectType({
  simpleResolvers: true,
  description: 'Result of `validateCampaign`.',
})
export class CampaignValidation {
  @Field(() => Boolean, { description: 'True if no rule is broken.' })
  valid!: boolean;

  @Field(() => [UserError], { description: 'Every broken rule, as `createCampaign` would report it.' })
  userErrors!: readonly UserError[];

  @Field(() => [String], {
    description:
      'Columns of the contact list that the template uses (`@@column`): each once, in order of first use.',
  })
  variables!: readonly string[];

  @Field(() => SmsEncoding, { description: 'Encoding of the template, before personalisation.' })
  encoding!: SmsEncoding;

  @Field(() => Int, {
    description:
      'Number of SMS parts per recipient, before personalisation: the values of variables can change it.',
  })
  segments!: number;
}
