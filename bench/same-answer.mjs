import { deepStrictEqual } from 'node:assert/strict';
import { requestsOf } from './cases.mjs';
import { speaksGraphql } from './contestants.mjs';
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
  const actual = await answersOf(what, sids, name, url);
  deepStrictEqual(actual, expected, new Differs(what, name, actual, expected));
}

class Differs extends Error {
  constructor(what, name, actual, expected) {
    const shown = (value) => JSON.stringify(value).slice(0, 2000);
    super(`${name} answers other data for "${what.name}":\n${shown(actual)}\nexpected\n${shown(expected)}`);
  }
}
