/** What the cost grows with, in the order in which it is measured. */
export const growthParts = [
  'Campaigns of the account',
  'Messages of a campaign',
  'Clients that ask every 10 s',
  'Subscribers of one campaign',
];
