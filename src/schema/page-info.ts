import { Directive, Field, ObjectType } from 'type-graphql';

@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'Where a page lies among all rows (Relay).' })
export class PageInfo {
  @Field(() => Boolean, { description: 'True where rows follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True where rows come before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first row: pass it as `before`.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last row: pass it as `after`.' })
  endCursor!: string | null;
}
