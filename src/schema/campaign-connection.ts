import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Campaign } from './campaign.js';
import { PageInfo } from './page-info.js';

@ObjectType({ simpleResolvers: true, description: 'A campaign in a page.' })
export class CampaignEdge {
  @Field(() => String, { description: 'Where this row is; opaque, valid for the same filter and order.' })
  cursor!: string;

  @Field(() => Campaign, {
    nullable: true,
    description: 'The campaign; null only where `errors` says why this one row could not be read.',
  })
  node!: Campaign | Error;
}

@Directive('@cacheControl(maxAge: 5)')
@ObjectType({ simpleResolvers: true, description: 'A page of campaigns (Relay).' })
export class CampaignConnection {
  @Field(() => [CampaignEdge], { description: 'The rows with their cursors.' })
  edges!: CampaignEdge[];

  @Field(() => [Campaign], {
    nullable: 'items',
    description: 'The rows; null only where `errors` says why one could not be read.',
  })
  nodes!: (Campaign | Error)[];

  @Field(() => PageInfo, { description: 'Where this page lies.' })
  pageInfo!: PageInfo;

  @Field(() => Int, {
    description: 'How many campaigns the filter leaves, on all pages; costs nothing extra.',
  })
  totalCount!: number;
}
