import { documentedCampaign, documentedSid } from '../../fixtures/documented-answer.js';
import { ask } from '../clients/ask.js';
import { type ClientError, type GatewayUnderTest, startGatewayOn } from '../gateway/gateway-under-test.js';
import { startScriptedUpstream } from './scripted-upstream.js';

/** A gateway without a cache, in front of an upstream with arbitrary responses. */
export interface OddUpstream {
  readonly gateway: GatewayUnderTest;
  /** Body of the next responses: bytes, or text in UTF-8. */
  answers(body: string | Buffer): void;
  close(): Promise<void>;
}

/** Starts both; failed calls are retried at once. */
export async function startOddUpstream(): Promise<OddUpstream> {
  let body: string | Buffer = '';
  const upstream = await startScriptedUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body);
    return undefined;
  });
  const environment = { CACHE: 'off', LOG_LEVEL: 'warn' };
  const parts = { random: () => 0 };
  const gateway = await startGatewayOn(upstream.baseUrl, environment, Date.now, undefined, parts);
  return {
    gateway,
    answers: (next) => {
      body = next;
    },
    close: async () => {
      await gateway.close();
      await upstream.close();
    },
  };
}

/** One item of a response. */
export const item = (data: unknown) => ({ code: 200, status: 'success', error_data: null, data });

/** A response with this value of `response`. */
export const enveloped = (response: unknown, total: unknown = 1): string =>
  JSON.stringify({
    request_id: 'r',
    method: 'GET',
    http_code: 200,
    metadata: { total, limit: 50 },
    response,
  });

/** Every field of a campaign. */
export const everything = `__typename id sid accountSid name channel contentType status upstreamStatus state
  lists { sid } schedule { startTime endTime } template smsType senderId dltEntityId dltTemplateId statusCallback
  smsStatusCallback reportUrl estimatedCost availableActions createdAt updatedAt fetchedAt
  stats { scheduled submitted sent failed failedDnd failedExpired failedNoAttempt failedNoBalance invalid total }`;

/** Every field of a message. */
export const allOfMessage = `__typename id sid number name body status upstreamStatus detailedStatus direction senderId
  scheduledAt`;

/** The response for a campaign. */
export interface CampaignData {
  readonly campaign: Readonly<Record<string, unknown>> | null;
}

/** The documented campaign, with the JSON text of one value replaced. */
export const rowWith = (key: string, json: string): string =>
  JSON.stringify(documentedCampaign({ [key]: 'HERE' })).replace('"HERE"', json);

/** The campaign as the gateway returns it. */
export const askCampaign = ({ gateway }: OddUpstream, sid = documentedSid) =>
  ask<CampaignData>(gateway, `query ($sid: ID!) { campaign(sid: $sid) { ${everything} } }`, {
    variables: { sid },
  });

/** Codes of the errors. */
export const codesOf = (errors: readonly ClientError[] = []) =>
  errors.map(({ extensions }) => extensions?.code);
