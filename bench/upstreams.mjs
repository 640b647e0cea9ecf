import { fileURLToPath } from 'node:url';
import { credentials } from './credentials.mjs';
import { cores, start } from './processes.mjs';

const authorization = `Basic ${btoa(`${credentials.apiKey}:${credentials.apiToken}`)}`;

/**
 * Starts an upstream of `upstream/`, beside the load.
 * @param {'recorded' | 'large'} kind
 * @param {readonly (string | number)[]} args
 */
export async function startUpstream(kind, ...args) {
  const file = fileURLToPath(new URL(`upstream/${kind}.mjs`, import.meta.url));
  const { url, pid, close } = await start([file, ...args.map(String)], { core: cores.others });
  const control = async (query = '') => (await fetch(`${url}/control${query}`)).json();
  return {
    url,
    pid,
    close,
    /** Requests received so far, and how many of them were refused for being over the limit. */
    counts: () => control(),
    calls: async () => (await control()).calls,
    /** @param {Record<string, number>} settings */
    set: (settings) => control(`?${new URLSearchParams(settings)}`),
    /** The sids of so many campaigns in progress: what of an answer changes soonest, and is kept shortest. */
    async runningSids(count) {
      const path = `/v2/accounts/${credentials.accountSid}/message-campaigns`;
      const query = `?channel=sms&status=in-progress&limit=${count}`;
      const answer = await fetch(url + path + query, { headers: { authorization } });
      return (await answer.json()).response.map(({ data }) => data.sid);
    },
  };
}
