import { Directive, Field, ObjectType } from 'type-graphql';
import { DateTime } from './scalars.js';

@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'When a campaign runs.' })
export class Schedule {
  @Field(() => DateTime, { nullable: true, description: 'When sending begins.' })
  startTime!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the campaign ends, even if not every message was tried.',
  })
  endTime!: string | null;
}
