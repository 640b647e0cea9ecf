import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { CreateDocument, type CreateCampaignInput, ValidateDocument } from '../../operations/generated.js';
import { validInput } from '../../support/writing/valid-input.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

const valid: CreateCampaignInput = {
  ...validInput,
  name: 'Diwali offer',
  contentType: 'DYNAMIC',
  template: 'Hi @@First_name, @@First_name and @@city',
};

describe('validateCampaign', () => {
  it('analyses a valid campaign without creating it and without an upstream call', async () => {
    const { validateCampaign } = await gateway.data(ValidateDocument, { input: valid });
    expect(validateCampaign).toEqual({
      valid: true,
      userErrors: [],
      variables: ['First_name', 'city'],
      encoding: 'GSM7',
      segments: 1,
    });
    expect(sandbox.calls).toEqual([]);
  });

  it.each<[what: string, template: string, encoding: string, segments: number]>([
    ['an ellipsis', `Hello… ${'a'.repeat(63)}`, 'UCS2', 1],
    ['Hindi of 71 characters', 'न'.repeat(71), 'UCS2', 2],
    ['braces of the extension table', '{}'.repeat(41), 'GSM7', 2],
  ])('counts %s as phones do', async (_what, template, encoding, segments) => {
    const { validateCampaign } = await gateway.data(ValidateDocument, { input: { ...valid, template } });
    expect(validateCampaign).toMatchObject({ encoding, segments });
  });

  it('returns exactly the user errors of createCampaign, all at once', async () => {
    const input: CreateCampaignInput = {
      ...valid,
      name: 'abc',
      contentType: 'UNKNOWN',
      lists: [],
      dltEntityId: 'twelve',
      template: '@@a @@b @@c @@d @@e @@f '.repeat(100),
      schedule: { startTime: new Date(now + 599_000).toISOString() },
      statusCallback: 'ftp://example.com',
      idempotencyKey: ' ',
    };
    const { validateCampaign } = await gateway.data(ValidateDocument, { input });
    const { createCampaign } = await gateway.data(CreateDocument, { input });
    expect(validateCampaign.userErrors).toEqual(createCampaign.userErrors);
    expect(validateCampaign.valid).toBe(false);
    expect(validateCampaign.userErrors.map(({ code, field }) => [code, field?.join('.')])).toEqual([
      ['TOO_SHORT', 'input.name'],
      ['INVALID', 'input.contentType'],
      ['TOO_FEW', 'input.lists'],
      ['INVALID', 'input.dltEntityId'],
      ['TOO_LONG', 'input.template'],
      ['TOO_MANY', 'input.template'],
      ['INVALID', 'input.statusCallback'],
      ['TOO_EARLY', 'input.schedule.startTime'],
      ['BLANK', 'input.idempotencyKey'],
    ]);
    expect(sandbox.calls).toEqual([]);
  });
});
