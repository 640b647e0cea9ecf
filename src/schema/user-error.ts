import { Directive, Field, ObjectType } from 'type-graphql';
import { UserErrorCode } from '../domain/user-error.js';
import './enums.js';

@Directive('@shareable')
@ObjectType({
  simpleResolvers: true,
  description: 'Something that the caller can mend. Everything else is a top-level error with a code.',
})
export class UserError {
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
