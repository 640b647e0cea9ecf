import { request } from 'undici';
import { personal, secrets } from './canaries.js';
import { campaignCallback, messageCallback } from '../writing/callbacks.js';
import { postCallback, subscribe, until } from '../clients/subscribing.js';

const { number, template, name, list, key, callback, literal } = personal;

const input = {
  name,
  contentType: 'STATIC',
  lists: [list],
  dltEntityId: '1101428740000012125',
  dltTemplateId: '1107159950325048979',
  senderId: 'EXOTEL',
  smsType: 'TRANSACTIONAL',
  template: `${template} ${number}`,
  statusCallback: `https://client.example.com/${callback}`,
  smsStatusCallback: `https://client.example.com/${callback}`,
};
const create =
  'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } userErrors { code message field } } }';
/** Realistic operations that fail in every possible way. */
const bodies: readonly unknown[] = [
  { query: create, variables: { input } }, // before a circuit breaker opens
  {
    query: '{ campaigns(first: 2) { nodes { name template messages(first: 5) { nodes { number body } } } } }',
  },
  {
    query: `{ campaign(sid: "one") { name messages(first: 5, filter: { number: "+${number}" }) { nodes { number body } } } }`,
  },
  { query: create, variables: { input: { ...input, idempotencyKey: key } } },
  {
    query: create,
    variables: { input: { ...input, senderId: `+${number}`, smsStatusCallback: `nothing ${callback}` } },
  },
  { query: create, variables: { input: { ...input, [literal]: number } } },
  {
    query: `mutation { updateCampaign(sid: "one", input: { template: "${template}" }) { userErrors { code message } } }`,
  },
  { query: 'mutation { pauseCampaign(sid: "one") { userErrors { code message } } }' },
  { query: `{ campaign(sid: "${literal} ` },
  { query: `{ campaign(sid: "${literal}") { ${literal.replaceAll('-', '_')} } }` },
  { query: `{ campaigns(first: "${literal}") { totalCount } }` },
  { query: `{ campaigns(first: 1, after: "${literal}") { totalCount } }` },
  { query: '{ __typename }', operationName: literal },
  { query: 'query ($n: Int!) { campaigns(first: $n) { totalCount } }', variables: { n: literal } },
  { query: 'subscription { campaignUpdated(sid: "one") { status } }' },
  literal,
  [{ query: literal }],
];

/** Sends all of these operations to a gateway, and returns the responses. */
export async function doEverythingWrong(url: string): Promise<string[]> {
  const answers: string[] = [];
  const headers = {
    authorization: `Bearer ${secrets.clientToken}`,
    cookie: `session=${secrets.clientToken}`,
  };
  const send = async (
    path: string,
    method: 'GET' | 'POST' | 'DELETE',
    body?: string,
    type = 'application/json',
  ) => {
    const answer = await request(url + path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body }),
    });
    answers.push(JSON.stringify(answer.headers), await answer.body.text());
  };
  for (const body of bodies) await send('/graphql', 'POST', JSON.stringify(body));
  await send('/graphql', 'POST', `{"query": "${literal}`);
  await send('/graphql', 'POST', literal, 'text/plain');
  await send(`/graphql?query=${literal}`, 'GET');
  await send(`/graphql?${literal}`, 'DELETE');
  await send(`/${literal}`, 'GET');
  await send(`/%zz${literal}`, 'GET');
  await send('/metrics', 'GET');
  await send(
    `/webhooks/exotel/message/${literal}`,
    'POST',
    JSON.stringify(messageCallback('one', 'm', 'sent')),
  );
  for (const transport of ['ws', 'sse'] as const) {
    const failing = await subscribe(
      url,
      transport,
      `{ campaign(sid: "one") { name messages(first: 1) { nodes { body } } } }`,
    );
    await until(() => failing.hasEnded(), 10_000);
    const listening = await subscribe(
      url,
      transport,
      `subscription { campaignUpdated(sid: "${literal}") { status } }`,
    ).catch(() => undefined);
    const invalid = await subscribe(url, transport, `{ ${literal.replaceAll('-', '_')} }`);
    for (const { events, errors } of [failing, invalid, ...(listening ? [listening] : [])])
      answers.push(JSON.stringify([events, errors]));
    await listening?.close();
  }
  return answers;
}

/** Sends callbacks to valid and nearly valid addresses of the gateway. */
export async function callBackWrongly(
  campaignUrl: string,
  messageUrl: string,
  sid: string,
): Promise<string[]> {
  const says = { ...messageCallback(sid, 'm1', 'sent'), number: `+${number}`, [`k${number}`]: literal };
  const all = [
    await postCallback(messageUrl, says),
    await postCallback(messageUrl, { ...says, status: literal }),
    await postCallback(messageUrl, `${literal} ${number}`),
    await postCallback(messageUrl, `{"number": "${number}`),
    await postCallback(messageUrl, number.repeat(2000)),
    await postCallback(`${messageUrl}x`, says),
    await postCallback(campaignUrl, says),
    await postCallback(campaignUrl, {
      ...campaignCallback(sid, 'completed'),
      reports: `https://example.com/${literal}`,
    }),
  ];
  return all.map(({ text }) => text);
}

/** Subscribes for a router that is unreachable, and for one with an invalid address. */
export async function subscribeForRouters(url: string): Promise<string[]> {
  const answers: string[] = [];
  for (const callbackUrl of [`http://127.0.0.1:9/${literal}`, literal]) {
    const subscription = {
      callbackUrl,
      subscriptionId: literal,
      verifier: secrets.verifier,
      heartbeatIntervalMs: 0,
    };
    const answer = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'subscription { campaignUpdated(sid: "one") { status } }',
        extensions: { subscription },
      }),
    });
    answers.push(await answer.body.text());
  }
  return answers;
}
