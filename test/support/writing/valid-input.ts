import { type CreateCampaignInput } from '../../operations/generated.js';

/** A valid create. */
export const validInput: CreateCampaignInput = {
  contentType: 'STATIC',
  lists: ['f2284e77ea5a4224911251b08f861af2'],
  dltEntityId: '1101428740000012125',
  dltTemplateId: '1107159950325048979',
  senderId: 'EXOTEL',
  smsType: 'TRANSACTIONAL',
  template: 'Hi',
};
