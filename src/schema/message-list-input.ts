import { Field, InputType } from 'type-graphql';
import { MessageOrderField, OrderDirection } from '../domain/order.js';
import './enums.js';

@InputType({ description: 'Which messages to list.' })
export class MessageFilter {
  @Field(() => String, {
    nullable: true,
    description: 'The whole number, exactly as the upstream has it; at most 64 characters.',
  })
  number?: string | null;
}

@InputType({ description: 'In which order to list messages.' })
export class MessageOrder {
  @Field(() => MessageOrderField, { description: 'What to order by.' })
  field!: MessageOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  direction!: OrderDirection;
}
