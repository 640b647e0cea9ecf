import { type Example } from './example.js';

/** A campaign of one's own. No schedule, so that it is valid on any day. */
export const createCampaign: Example = {
  document: /* GraphQL */ `
# Creates a campaign. On the sandbox nobody
# gets a message; on a live account real
# people do, and it costs money.
#
# Worth adding in a program: idempotencyKey,
# any text of your own, such as a fresh UUID
# for each campaign that you mean. However
# often it is sent again, the campaign is
# created once.
#
# Without a schedule it begins in 10 minutes.
mutation CreateCampaign(
  $input: CreateCampaignInput!
) {
  createCampaign(input: $input) {
    campaign {
      sid
      name
      status
      schedule {
        startTime
        endTime
      }
      estimatedCost
    }
    userErrors {
      field
      code
      message
    }
  }
}
`.trimStart(),
  variables: {
    input: {
      name: 'My first campaign',
      contentType: 'STATIC',
      smsType: 'TRANSACTIONAL',
      senderId: 'EXOTEL',
      dltEntityId: '1101428740000012125',
      dltTemplateId: '1107159950325048979',
      template: 'Hi, thank you for registering; your account has been activated. -Exotel',
      lists: ['f2284e77ea5a4224911251b08f861af2'],
    },
  },
};
