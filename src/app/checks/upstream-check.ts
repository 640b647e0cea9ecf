import { type Config } from '../../config/config.js';
import { regions, type UpstreamConfig } from '../../config/upstream.js';
import { ExotelClient } from '../../datasources/exotel/client.js';
import { type SendPolicy } from '../../datasources/exotel/resilience/call-policy.js';
import { Transport } from '../../datasources/exotel/transport.js';
import { campaignQueryOf } from '../../domain/lists/list-query.js';
import { type CallEnd } from '../../domain/telemetry.js';
import { failed, passed, skipped, type Verdict, wordsOf } from './verdict.js';

type Live = Extract<UpstreamConfig, { readonly kind: 'live' }>;

/** Tries address, region and credentials with one call, which is not retried. */
export async function checkUpstream({ upstream, timeoutMs }: Config): Promise<Verdict> {
  if (upstream.kind === 'sandbox') return skipped('the embedded sandbox is used: no account is set');
  const transport = new Transport({ ...upstream, timeoutMs });
  const send: SendPolicy['once'] = (_options, attempt) => attempt({ headers: undefined }, timeoutMs);
  let end: CallEnd | undefined;
  const client = new ExotelClient({
    transport,
    policy: { once: send, retried: send },
    accountSid: upstream.accountSid,
    now: Date.now,
    telemetry: { callStarted: () => ({ headers: undefined, end: (it) => (end = it) }) },
  });
  try {
    // What it rejects with is in `end`; a row that can't be read does not concern the credentials.
    await client.listCampaigns(campaignQueryOf({}), { offset: 0, limit: 1 }).catch(() => undefined);
  } finally {
    await transport.close();
  }
  return verdictOf(upstream, timeoutMs, end);
}

function verdictOf(upstream: Live, timeoutMs: number, end: CallEnd | undefined): Verdict {
  const { baseUrl, region, accountSid } = upstream;
  const isOfRegion = baseUrl === regions[region];
  const where = `${baseUrl} (${isOfRegion ? region : 'EXOTEL_BASE_URL'})`;
  const place = isOfRegion ? `EXOTEL_REGION (now ${region})` : 'EXOTEL_BASE_URL';
  const answer = end?.status === undefined ? 'answers' : `answers with status ${end.status}`;
  switch (end?.reason) {
    case undefined:
      return end
        ? passed(`${where} accepts the credentials of account ${accountSid}`)
        : failed(`${where}: the call could not be made`);
    case 'unauthorized':
      return failed(
        `${where} refuses the credentials (${end.status ?? 401}): check EXOTEL_API_KEY and EXOTEL_API_TOKEN, and that the ` +
          `account is of this region: ${place}`,
      );
    case 'forbidden':
      return failed(
        `${where} knows the credentials but allows no access to account ${accountSid} (${end.status ?? 403}): check ` +
          'EXOTEL_ACCOUNT_SID and the permissions of the API key',
      );
    case 'notFound':
      return failed(
        `${where} does not have account ${accountSid} (${end.status ?? 404}): check ${place} and EXOTEL_ACCOUNT_SID`,
      );
    case 'rateLimited':
      return failed(
        `${where} ${answer}: the calls of the account are used up, so the credentials could not be tried; try again in a minute`,
      );
    case 'timeout':
      return failed(`${where} does not answer within ${timeoutMs} ms (EXOTEL_TIMEOUT_MS)`);
    case 'unreachable':
      return failed(`${where}: ${wordsOf(end.errorCode ?? 'unknown')}; check ${place} and the network`);
    case 'unavailable':
      return failed(
        end.status === undefined
          ? `${where}: the connection breaks (${end.errorCode ?? 'no code'}); check ${place} and the network`
          : `${where} fails: it ${answer}; the credentials could not be tried`,
      );
    case 'invalidResponse':
    case 'noRoom':
    case 'tooLarge':
    case 'refused':
    case 'duplicate':
      return failed(`${where} ${answer}, but not as the API does: check ${place}`);
  }
}
