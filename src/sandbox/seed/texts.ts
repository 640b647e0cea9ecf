import { type CampaignParameters } from '../campaign.js';

/** What a made-up campaign says and to whom it may. */
type Text = Pick<CampaignParameters, 'name' | 'contentType' | 'smsType' | 'senderId' | 'template'>;

const service = { contentType: 'static', smsType: 'transactional', senderId: 'EXOTEL' } as const;
const personal = { contentType: 'dynamic', smsType: 'transactional', senderId: 'EXOSMS' } as const;
const offer = { contentType: 'static', smsType: 'promotional', senderId: '140456' } as const;
const optIn = { contentType: 'static', smsType: 'transactional_opt_in', senderId: 'EXOTEL' } as const;

/** The texts of made-up campaigns: plain, personalised, Hindi, Tamil, with emoji, and longer than one SMS. */
export const TEXTS: readonly [Text, ...Text[]] = [
  { ...service, name: 'Account activation', template: 'Hi user,Thank you for registering. -Exotel' },
  { ...personal, name: 'Payment reminder', template: 'Dear @@First_name, Rs.@@Amount is due today. -Exotel' },
  {
    ...offer,
    name: 'Weekend sale',
    template: '🎉 Weekend sale: 20% off everything! 🛍️ Reply STOP to opt out.',
  },
  {
    ...service,
    name: 'दीपावली की शुभकामनाएँ',
    template: 'आपको और आपके परिवार को दीपावली की हार्दिक शुभकामनाएँ। -Exotel',
  },
  { ...optIn, name: 'பொங்கல் வாழ்த்து', template: 'அனைவருக்கும் இனிய பொங்கல் நல்வாழ்த்துக்கள். -Exotel' },
  {
    ...personal,
    name: 'Delivery update',
    template: 'Hi @@Name, your order reaches @@Number today. 📦 -Exotel',
  },
  {
    ...service,
    name: 'Billing notice',
    template:
      'Prepaid rental charges for the billing cycle starting today have been deducted from your Exotel account. ' +
      'Your Exotel account balance is now Rs.100. Please recharge to keep all services running. Thank you.',
  },
];
