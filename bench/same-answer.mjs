import { deepStrictEqual } from 'node:assert/strict';
import { requestsOf } from './cases.mjs';
import { passesThrough, speaksGraphql } from './contestants.mjs';
import { isGood } from './load/closed-loop.mjs';
import { Connection } from './load/connection.mjs';
import { requestBytes } from './load/request-bytes.mjs';

/** The requests of a case as bytes for one contestant. */
export function bytesOf(what, sids, name, url) {
  return requestsOf(what, sids, speaksGraphql(name)).map(({ path, body }) => requestBytes(url + path, body));
}

/**
 * The data that a contestant answers to every request of a case.
 * @throws where one is not answered.
 */
export async function answersOf(what, sids, name, url) {
  const connection = new Connection(url);
  const data = [];
  for (const request of bytesOf(what, sids, name, url)) {
    const { status, body } = await connection.asked(request);
    if (!isGood(status, body)) throw new Error(`${name}: ${what.name}: ${status} ${body}`);
    const answer = JSON.parse(body.toString());
    data.push(answer.data ?? answer);
  }
  connection.close();
  return data;
}

/** @throws AssertionError with the difference, where a contestant answers other data than the one to compare with. */
export async function checkSame(what, sids, name, url, expected) {
  const answers = await answersOf(what, sids, name, url);
  const actual = passesThrough(name) ? converted(answers) : answers;
  deepStrictEqual(actual, expected, new Differs(what, name, actual, expected));
}

/** Words and dates of the upstream as everybody else answers them. */
function converted(value, key) {
  if (Array.isArray(value)) return value.map((one) => converted(one));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, converted(one, name)]));
  if (typeof value !== 'string') return value;
  if (key === 'status' || key === 'contentType') return value.toUpperCase().replaceAll('-', '_');
  return /(?:At|Time)$/.test(key) ? new Date(value).toISOString() : value;
}

class Differs extends Error {
  constructor(what, name, actual, expected) {
    const shown = (value) => JSON.stringify(value).slice(0, 2000);
    super(`${name} answers other data for "${what.name}":\n${shown(actual)}\nexpected\n${shown(expected)}`);
  }
}
