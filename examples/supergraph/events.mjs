#!/usr/bin/env node
/**
 * Shows events that arrive through the router: starts the example, subscribes to a running campaign as a client of the
 * router, pauses it, resumes it and ends. On a real account it changes nothing and shows events until Ctrl-C.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const { SUBSCRIPTIONS = 'sse' } = process.env;
const supergraph = spawn(process.execPath, [fileURLToPath(new URL('start.mjs', import.meta.url))], {
  env: { ...process.env, SUBSCRIPTIONS, ROUTER: 'hive', LOG_LEVEL: 'silent' },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true, // a terminal's Ctrl-C comes here alone
});
const ended = once(supergraph, 'exit');
let isStopping = false;
const stop = () => {
  isStopping = true;
  supergraph.kill('SIGTERM');
};
process.on('SIGINT', stop).on('SIGTERM', stop);

/** Resolves to the router's address; undefined where the example ends before it is ready. */
async function routerAddress() {
  let text = '';
  for await (const chunk of supergraph.stdout) {
    text += chunk;
    const [, url] = /GraphQL +(\S+)/.exec(text) ?? [];
    if (url) return url;
  }
}

async function ask(url, query) {
  const response = await post(url, query, 'application/json');
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data;
}

/** The events of a subscription, over SSE (graphql-sse, distinct connections). */
async function* subscribe(url, query) {
  const { body } = await post(url, query, 'text/event-stream');
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const messages = text.split('\n\n');
    text = messages.pop();
    for (const message of messages) {
      const [, json] = /^event: next\ndata: (.*)/m.exec(message) ?? [];
      if (json) yield JSON.parse(json);
    }
  }
}

function post(url, query, accept) {
  const headers = { 'content-type': 'application/json', accept };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
}

async function showEvents(url) {
  const { campaignGateway, campaigns } = await ask(
    url,
    '{ campaignGateway { mode } campaigns(filter: { status: [IN_PROGRESS] }, first: 1) { nodes { sid name owner { name } } } }',
  );
  const [campaign] = campaigns.nodes;
  if (!campaign) throw new Error('No campaign is in progress.');
  console.log(`${url}: events of "${campaign.name}", sent to the router over ${SUBSCRIPTIONS}`);
  const fields = 'status stats { sent total } owner { name }';
  const actions = campaignGateway.mode === 'SANDBOX' ? ['pauseCampaign', 'resumeCampaign'] : [];
  const isDemo = actions.length > 0;
  for await (const { data, errors } of subscribe(
    url,
    `subscription { campaignUpdated(sid: "${campaign.sid}", sendCurrent: true) { ${fields} } }`,
  )) {
    if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
    const { status, stats, owner } = data.campaignUpdated;
    console.log(`event: ${status}, ${stats.sent} of ${stats.total} sent, owner ${owner?.name ?? 'unknown'}`);
    if (!isDemo) continue;
    const isExpected = status === (actions.length === 1 ? 'PAUSED' : 'IN_PROGRESS');
    if (!isExpected) continue; // progress in between
    const action = actions.shift();
    if (!action) return;
    console.log(action);
    const answer = await ask(
      url,
      `mutation { ${action}(sid: "${campaign.sid}") { userErrors { message } } }`,
    );
    for (const { message } of answer[action].userErrors) throw new Error(message);
  }
}

try {
  const url = await routerAddress();
  supergraph.stdout.resume();
  if (url) await showEvents(url);
  else process.exitCode = 1;
} catch (error) {
  if (!isStopping) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
stop();
await ended;
process.exit();
