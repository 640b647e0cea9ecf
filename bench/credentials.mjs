/** What the upstreams of the measurements take. */
export const credentials = { accountSid: 'bench', apiKey: 'bench-key', apiToken: 'bench-token' };
