import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "sid", resolvable: false)')
@ObjectType({
  simpleResolvers: true,
  description: 'A list of contacts, by reference: its content is not part of this API.',
})
export class ContactList {
  @Field(() => ID, { description: "The list's id at the upstream." })
  sid!: string;
}
