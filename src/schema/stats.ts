import { Directive, Field, Int, ObjectType } from 'type-graphql';

@Directive('@shareable')
@ObjectType({
  simpleResolvers: true,
  description: 'How many messages of a campaign are where. A campaign just created has none yet.',
})
export class Stats {
  @Field(() => Int, { description: 'Waiting to be sent.' })
  scheduled!: number;

  @Field(() => Int, { description: 'Handed to the operator.' })
  submitted!: number;

  @Field(() => Int, { description: 'Delivered.' })
  sent!: number;

  @Field(() => Int, { description: 'Not delivered, for a reason that has no count of its own.' })
  failed!: number;

  @Field(() => Int, { description: 'Not delivered: the number is on the do-not-disturb register.' })
  failedDnd!: number;

  @Field(() => Int, { description: 'Not delivered in time.' })
  failedExpired!: number;

  @Field(() => Int, { description: 'Never tried: the campaign ended before.' })
  failedNoAttempt!: number;

  @Field(() => Int, { description: 'Not sent: the account had no balance left.' })
  failedNoBalance!: number;

  @Field(() => Int, { description: 'Not sent: the number is not valid.' })
  invalid!: number;

  @Field(() => Int, {
    description: 'All of the above together, and what the upstream counts under no such name.',
  })
  total!: number;
}
