/** What the cost grows with, in the order in which it is measured. */
export const growthParts = {
  campaigns: 'Campaigns of the account',
  messages: 'Messages of a campaign',
  clients: 'Clients that ask every 10 s',
  subscribers: 'Subscribers of one campaign',
};
