import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createTelemetry, type GatewayTelemetry } from '../../../src/telemetry/telemetry.js';

let telemetry: GatewayTelemetry;
let messages: string[] = [];

beforeEach(async () => {
  messages = [];
  const logger = createLogger('info', {
    write: (line: string) => void messages.push((JSON.parse(line) as { msg: string }).msg),
  });
  telemetry = await createTelemetry({ logger, version: '0', tracing: undefined });
  jest.useFakeTimers();
});
afterEach(async () => {
  jest.useRealTimers();
  await telemetry.close();
});

it('a Redis that fails again and again has one line a minute, and one for its return', () => {
  for (let time = 0; time < 100; time += 1) {
    telemetry.redisFailed(new Error('reset'));
    telemetry.redisAnswered();
  }
  expect(messages).toEqual(['Redis cannot be used', 'Redis answers again']);
  jest.advanceTimersByTime(60_000);
  telemetry.redisFailed(new Error('reset'));
  expect(messages).toHaveLength(3);
});

it('malformed messages of other instances have one line a minute', () => {
  for (let time = 0; time < 100; time += 1) telemetry.peerMessageIgnored();
  expect(messages).toEqual(['ignored a malformed message from another instance']);
});
