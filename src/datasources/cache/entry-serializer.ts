import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CampaignStatus } from '../../domain/campaigns/campaign.js';
import { MessageStatus } from '../../domain/campaigns/message.js';
import { isObject, parseJson } from '../../domain/json.js';
import { type Row, type Window } from '../../domain/lists/page.js';
import {
  type FailureFacts,
  type FailureReason,
  isFailureReason,
  UpstreamFailure,
} from '../../domain/upstream-failure.js';
import { campaignFromWire } from '../exotel/mapping/campaign.js';
import { messageFromWire } from '../exotel/mapping/message.js';

/** Row with the mandatory fields. The mapping makes a campaign and a message of it, which have all fields. */
const exampleRow = {
  sid: 's',
  name: 'n',
  number: '1',
  status: 'created',
  sender_id: 'S',
  template: 't',
  lists: ['l'],
  date_created: '2022-08-10T23:02:46+05:30',
};
const exampleCampaign = campaignFromWire(exampleRow, { accountSid: 'a', fetchedAt: '' });
const exampleMessage = messageFromWire(exampleRow, 's');
/** Message with null for each field that a message may lack. */
const barestMessage = messageFromWire({ sid: 's', number: '1', status: 'created' }, 's');

/** Digest of the fields of values, nested ones included. */
export function formatOf(...values: readonly unknown[]): string {
  const withSortedKeys = (_key: string, value: unknown): unknown =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  const text = JSON.stringify(values, withSortedKeys);
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}

/**
 * Format of campaigns and messages that gateways exchange. It is part of the keys of the shared tier, so that gateways of two
 * releases that run side by side do not read each other's entries if their fields differ.
 */
export const entryFormat = formatOf(exampleCampaign, exampleMessage);

/** Whether a value has the fields of a campaign, with values of their types. */
export function isCampaign(value: unknown): value is NonNullable<typeof exampleCampaign> {
  return hasTypesOf(exampleCampaign, value) && isOneOf(CampaignStatus, value);
}

/** Whether a value has the fields of a message, with values of their types. */
export function isMessage(value: unknown): value is NonNullable<typeof exampleMessage> {
  return hasTypesOf(barestMessage, value) && isOneOf(MessageStatus, value);
}

function isOneOf(statuses: object, value: unknown): boolean {
  return Object.hasOwn(statuses, (value as { readonly status: string }).status);
}

/** Null in the example stands for an optional scalar: objects and lists have an example of their own. */
function hasTypesOf(example: unknown, value: unknown): boolean {
  if (example === null) return value === null || typeof value !== 'object';
  if (typeof example !== 'object') return typeof value === typeof example;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(example))
    return Array.isArray(value) && value.every((each) => hasTypesOf(example[0], each));
  const members = value as Readonly<Record<string, unknown>>;
  return Object.entries(example).every(([key, each]) => hasTypesOf(each, members[key]));
}

/** Writes values of one kind as text, and reads them back. */
export interface EntrySerializer<V> {
  readonly serialize: (value: V) => string;
  /** @returns undefined for text that is not a value of this kind. */
  readonly parse: (text: string) => V | undefined;
}

/** Serializer of plain objects of strings, numbers and nulls. @param isValue whether what was parsed is one of them. */
export function jsonSerializer<V extends object>(
  isValue: (value: unknown) => value is V,
): EntrySerializer<V> {
  const parse = (text: string): V | undefined => {
    const value = parseJson(text);
    return isValue(value) ? value : undefined;
  };
  return { serialize: (value) => JSON.stringify(value), parse };
}

/** Serialized form of a row that could not be read. */
interface SerializedFailure {
  readonly failed: FailureReason;
  readonly facts: FailureFacts;
}

const count = z.int().nonnegative();
const window = z.looseObject({ offset: count, limit: count, total: count, rows: z.array(z.unknown()) });
const failure = z.object({
  failed: z.string().refine(isFailureReason),
  facts: z.record(z.string(), z.unknown()),
});

/**
 * Serializer of windows, whose rows are plain objects or the failures of rows that could not be read.
 * @param isRow whether what was parsed is such an object.
 */
export function windowSerializer<T extends object>(
  isRow: (value: unknown) => value is T,
): EntrySerializer<Window<T>> {
  const serializeRow = (row: Row<T>): T | SerializedFailure =>
    row instanceof UpstreamFailure ? { failed: row.reason, facts: row.facts } : row;
  const parseRow = (row: unknown): Row<T> | undefined => {
    if (isRow(row)) return row;
    const { data } = failure.safeParse(row);
    return data && new UpstreamFailure(data.failed, data.facts);
  };
  return {
    serialize: (window) => JSON.stringify({ ...window, rows: window.rows.map(serializeRow) }),
    parse: (text) => {
      const { data } = window.safeParse(parseJson(text));
      if (!data) return undefined;
      const rows = data.rows.flatMap((row) => parseRow(row) ?? []);
      return rows.length === data.rows.length ? { ...data, rows } : undefined;
    },
  };
}
