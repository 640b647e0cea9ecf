import { Field, Int, ObjectType } from 'type-graphql';
import { SmsEncoding } from '../domain/sms.js';
import './enums.js';
import { UserError } from './user-error.js';

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
