import { type Campaign, type CampaignParameters, estimatedCost } from '../campaign.js';
import { atSpeed, virtualAt } from '../clock.js';
import { applyAction, type CampaignAction, isAction, isEditable } from '../lifecycle.js';
import { audienceOf, messageAt, numberAt, settle } from '../messages.js';
import { type SandboxState } from '../state.js';
import { ApiFailure } from './failure.js';
import { type Operation, type OperationContext, page, pageRequest, type Route } from './operation.js';
import { type Body, campaignParameters, changedParameters, readBody } from './parameters.js';
import { campaignFilter, campaignOrder, isNewestFirst, parameter, requireChannel } from './query.js';
import { campaignView, createdView, listView, messageView, unreadableView } from './views.js';

/** @throws ApiFailure 404 with code 1000 if there is no such campaign. */
function requireCampaign(state: SandboxState, sid: string): Campaign {
  const campaign = state.find(sid);
  if (campaign === undefined) throw ApiFailure.notFound(`Campaign ${sid} does not exist`);
  return campaign;
}

/** `POST …/message-campaigns` (API document, 'Create SMS Campaign'). Names need not be unique: those of the samples are not. */
const createCampaign: Operation = ({ state, rewriting }, call) => {
  const createdAt = state.now() + (rewriting.clockAheadMs ?? 0);
  const sent = campaignParameters(readBody(call), { now: createdAt, accountSid: state.accountSid });
  const stored = rewriting.parameters?.(sent) ?? sent;
  return { data: createdView(state.insert({ ...stored, createdAt })) };
};

/** `GET …/message-campaigns/{id}` (API document, 'Get SMS Campaign Details'). */
const getCampaign: Operation = (upstream, call) => ({
  data: shown(upstream, requireCampaign(upstream.state, call.id), campaignView),
});

/** View of a campaign now, unreadable if that is ordered. */
function shown({ state, isUnreadable }: OperationContext, campaign: Campaign, view: typeof campaignView) {
  const row = view(campaign, state.now());
  return isUnreadable(campaign) ? unreadableView(row) : row;
}

/** `GET …/message-campaigns` (API document, 'Bulk SMS Campaign Details'). */
const listCampaigns: Operation = (upstream, { query }) => {
  const { state, maximums } = upstream;
  requireChannel(query);
  const request = pageRequest(query, maximums.campaigns);
  const filter = campaignFilter(query);
  const order = campaignOrder(query);
  const matching = state.campaigns().filter(filter).sort(order);
  const { rows, metadata } = page(matching, request);
  return { data: rows.map((campaign) => shown(upstream, campaign, listView)), metadata };
};

/** `GET …/message-campaigns/{id}/message-details` (API document, 'SMS Details of a Single SMS Campaign'). */
const listMessages: Operation = ({ state, maximums }, { query, id }) => {
  requireChannel(query);
  const request = pageRequest(query, maximums.messages);
  const newestFirst = isNewestFirst(query);
  const campaign = requireCampaign(state, id);
  // Messages are scheduled in the order of their indexes.
  const indexes = matchingIndexes(campaign, parameter(query, 'number'));
  if (newestFirst) indexes.reverse();
  const { rows, metadata } = page(indexes, request);
  const now = state.now();
  return { data: rows.map((index) => messageView(messageAt(campaign, index, now))), metadata };
};

/** "Search by phone number. Exact match": clients must send `+` as %2B. */
function matchingIndexes(campaign: Campaign, number: string | undefined): number[] {
  const indexes = Array.from({ length: campaign.audience }, (_, index) => index);
  return number === undefined ? indexes : indexes.filter((index) => numberAt(campaign, index) === number);
}

/** Performs an action on an advanced campaign. @throws ApiFailure 403 with code 1003 if its status does not allow it. */
function act(campaign: Campaign, action: CampaignAction, now: number, speed: number): void {
  const next = applyAction(campaign.status, action, campaign.started);
  if (next === undefined) {
    throw ApiFailure.notAllowed(`Cannot ${action} a campaign that is ${campaign.status}`);
  }
  campaign.status = next;
  campaign.changedAt = Math.max(campaign.changedAt, now);
  if (action === 'pause') campaign.time = atSpeed(campaign.time, now, 0);
  if (action === 'resume') campaign.time = atSpeed(campaign.time, now, speed);
  if (action === 'complete') settle(campaign, virtualAt(campaign.time, now));
}

/** Changes the parameters of a campaign that has not started, and everything derived from them. */
function changeParameters(
  campaign: Campaign,
  parameters: CampaignParameters,
  now: number,
  speed: number,
): void {
  const isRescheduled = parameters.startsAt !== campaign.startsAt;
  const hasOtherLists = parameters.lists.join() !== campaign.lists.join();
  Object.assign(campaign, parameters);
  if (hasOtherLists) campaign.audience = audienceOf(parameters.lists);
  campaign.estimatedCost = estimatedCost(parameters.template, campaign.audience);
  // A new start counts from the real time, since the virtual time of the campaign may be ahead of it.
  if (isRescheduled) campaign.time = { real: now, virtual: now, speed };
  campaign.changedAt = Math.max(campaign.changedAt, now);
}

/** `PUT …/message-campaigns/{id}`: an action, or new parameters (API document, 'Update SMS Campaign'). */
const updateCampaign: Operation = (upstream, call) => {
  const { state } = upstream;
  const body = readBody(call);
  const campaign = requireCampaign(state, call.id);
  if (body.action === undefined) update(state, campaign, body);
  else perform(state, campaign, body);
  return { data: shown(upstream, campaign, campaignView) };
};

function perform(state: SandboxState, campaign: Campaign, body: Body): void {
  const action = typeof body.action === 'string' ? body.action.toLowerCase() : '';
  if (!isAction(action)) throw ApiFailure.invalid('action', 'must be pause, resume, complete or archive');
  // The document shows actions alone. Applying half of a mixed request would hide a client's mistake.
  if (Object.keys(body).length > 1) throw ApiFailure.invalid('action', 'cannot come with other parameters');
  act(campaign, action, state.now(), state.speed);
}

function update(state: SandboxState, campaign: Campaign, body: Body): void {
  if (Object.keys(body).length === 0) throw ApiFailure.missing('action or a parameter to update');
  if (!isEditable(campaign.status)) {
    throw ApiFailure.notAllowed(`A campaign that is ${campaign.status} cannot be updated`);
  }
  const now = state.now();
  changeParameters(campaign, changedParameters(campaign, body, now), now, state.speed);
}

const OBJECT = { inArray: false, hasErrorData: false };
const LIST = { inArray: true, hasErrorData: false };
const LIST_WITH_ERRORS = { inArray: true, hasErrorData: true };

/** Routes of the API, with their paths below the account's campaigns. */
export const ROUTES: readonly (Route & { readonly method: 'GET' | 'POST' | 'PUT'; readonly path: string })[] =
  [
    { method: 'POST', path: '', operation: createCampaign, shape: LIST_WITH_ERRORS },
    { method: 'GET', path: '', operation: listCampaigns, shape: LIST },
    { method: 'GET', path: '/:id', operation: getCampaign, shape: OBJECT },
    { method: 'PUT', path: '/:id', operation: updateCampaign, shape: OBJECT },
    { method: 'GET', path: '/:id/message-details', operation: listMessages, shape: LIST_WITH_ERRORS },
  ];

/** Route of all other requests. */
export const UNKNOWN_ROUTE: Route = {
  operation: () => {
    throw ApiFailure.notFound('No such resource');
  },
  shape: OBJECT,
};
