import { expect, it } from '@jest/globals';
import { type ServerResponse } from 'node:http';
import { CampaignBySidDocument } from '../../operations/generated.js';
import { ask } from '../../support/clients/ask.js';
import { answerOf, change } from '../../support/writing/creating.js';
import { startScripted } from '../../support/gateway/setup.js';
import { subscribe, until } from '../../support/clients/subscribing.js';

const statusAfter = { pause: 'paused', resume: 'in-progress' } as const;

/** A gateway with a subscriber, over an upstream that holds the answer to the first change until it is released. */
async function startHolding() {
  const campaign = {
    sid: 'c',
    account_sid: 'acme',
    name: 'Before',
    content_type: 'static',
    lists: ['l'],
    dlt_entity_id: '1',
    dlt_template_id: '1',
    sender_id: 'EXOTEL',
    sms_type: 'transactional',
    template: 'Hi',
    status: 'in-progress',
    schedule: { start_time: '2022-05-30T15:57:00+05:30', end_time: '2022-06-29T15:57:00+05:30' },
    date_created: '2022-05-30T15:47:59+05:30',
    date_updated: '2022-05-30T16:19:14+05:30',
    stats: { sent: 2 },
  };
  let release: (() => void) | undefined;
  let answerRead: (() => void) | undefined;
  let isReadHeld = false;
  const { gateway, methods } = await startScripted((request, response) => {
    const isList = !/campaigns\/c\b/.test(request.target);
    const shown = () => answerOf(isList ? [{ ...campaign }] : { ...campaign });
    if (request.method !== 'PUT' && isReadHeld) {
      answerRead = () => {
        send(response, shown());
      };
      return undefined;
    }
    if (request.method !== 'PUT') return shown();
    const { action, name } = JSON.parse(request.body) as { action?: 'pause' | 'resume'; name?: string };
    if (action) campaign.status = statusAfter[action];
    if (name !== undefined) campaign.name = name;
    const answer = answerOf({ ...campaign });
    if (release) return answer;
    release = () => {
      send(response, answer);
    };
    return undefined;
  });
  const query = 'subscription { campaignUpdated(sid: "c", sendCurrent: true) { name status } }';
  const subscriber = await subscribe<{ campaignUpdated: { name: string; status: string } }>(
    gateway.url,
    'ws',
    query,
  );
  await until(() => subscriber.events.length === 1);
  return {
    campaign,
    gateway,
    subscriber,
    methods,
    isHeld: () => release !== undefined,
    release: () => release?.(),
    /** Holds the reads that arrive from now on. */
    holdReads: () => (isReadHeld = true),
    isReadWaiting: () => answerRead !== undefined,
    /** Answers the held read with the state of now. */
    answerRead: () => {
      isReadHeld = false;
      answerRead?.();
    },
  };
}

function send(response: ServerResponse, { json }: ReturnType<typeof answerOf>): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

it('the answer of an earlier write that comes last changes nothing: neither events nor reads go back', async () => {
  const { campaign, gateway, subscriber, methods, isHeld, release } = await startHolding();
  const pausing = change(gateway, 'pause', 'c');
  await until(isHeld);
  expect(await change(gateway, 'resume', 'c')).toMatchObject({ status: 'IN_PROGRESS', codes: [] });
  const before = methods().length;
  release();
  expect(await pausing).toMatchObject({ status: 'PAUSED', codes: [] });
  const read = await gateway.data(CampaignBySidDocument, { sid: 'c' });
  expect(read.campaign?.status).toBe('IN_PROGRESS');
  expect(campaign.status).toBe('in-progress');
  const statuses = subscriber.events.map(({ campaignUpdated }) => campaignUpdated.status);
  expect(statuses).toEqual(['IN_PROGRESS', 'PAUSED', 'IN_PROGRESS']);
  expect(methods().slice(before)).toEqual(['GET']); // for the subscriber and the query
});

it('the answer of a write does not replace what a later read has shown', async () => {
  const { campaign, gateway, subscriber, methods, isHeld, release } = await startHolding();
  const pausing = change(gateway, 'pause', 'c');
  await until(isHeld);
  Object.assign(campaign, { status: 'in-progress', name: 'Resumed by another program' });
  await ask(gateway, '{ campaign(sid: "c") { name } }', { headers: { 'cache-control': 'no-cache' } });
  const before = methods().length;
  release();
  expect(await pausing).toMatchObject({ status: 'PAUSED', codes: [] });
  const read = await gateway.data(CampaignBySidDocument, { sid: 'c' });
  expect(read.campaign).toMatchObject({ status: 'IN_PROGRESS', name: 'Resumed by another program' });
  const events = subscriber.events.map(({ campaignUpdated: { name, status } }) => `${name}: ${status}`);
  expect(events).toEqual(['Before: IN_PROGRESS', 'Resumed by another program: IN_PROGRESS']);
  expect(methods().slice(before)).toEqual(['GET']);
});

it('nor the result of a read sent before the write and answered after it', async () => {
  const held = await startHolding();
  const { campaign, gateway, subscriber, methods } = held;
  held.holdReads();
  const reading = ask(gateway, '{ campaign(sid: "c") { name } }', {
    headers: { 'cache-control': 'no-cache' },
  });
  await until(held.isReadWaiting);
  const pausing = change(gateway, 'pause', 'c');
  await until(held.isHeld);
  Object.assign(campaign, { status: 'in-progress', name: 'Resumed by another program' });
  held.answerRead();
  await reading;
  const before = methods().length;
  held.release();
  expect(await pausing).toMatchObject({ status: 'PAUSED', codes: [] });
  const events = subscriber.events.map(({ campaignUpdated: { name, status } }) => `${name}: ${status}`);
  expect(events).toEqual(['Before: IN_PROGRESS', 'Resumed by another program: IN_PROGRESS']);
  await until(() => methods().length > before); // reads again what the answer can't show
  expect(methods().slice(before)).toEqual(['GET']);
});
