import { describe, expect, it } from '@jest/globals';
import { documentedCampaign } from '../../fixtures/documented-answer.js';
import { CreateDocument, PauseDocument } from '../../operations/generated.js';
import { ask } from '../../support/clients/ask.js';
import { answerOf, diwali } from '../../support/writing/creating.js';
import { startScripted } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import { type SeenRequest } from '../../support/upstream/scripted-upstream.js';

const sid = 'raced';
const failure = (status: number, code: number) => ({
  status,
  json: {
    request_id: 'r',
    http_code: status,
    response: { code: status, status: 'failure', error_data: { code, message: 'no' }, data: null },
  },
});
const forbidden = failure(403, 1003);

const alarms = ({ logs }: GatewayUnderTest): string[] =>
  linesOf({ logs })
    .filter(({ level }) => level >= 50)
    .map(({ msg }) => msg);

const warnings = ({ logs }: GatewayUnderTest): string[] =>
  linesOf({ logs })
    .filter(({ level }) => level === 40)
    .map(({ msg }) => msg);

const aboutAccount =
  'the upstream refuses requests of this account: check EXOTEL_ACCOUNT_SID and its permissions';
const aboutCampaign = 'the upstream refused a request for one campaign but accepts others';

/** An upstream whose campaign is completed by somebody else right before an action comes. */
const racing = (refusal: ReturnType<typeof failure>) => {
  let status = 'in-progress';
  return ({ method, target }: SeenRequest) => {
    if (method === 'PUT') {
      status = 'completed';
      return refusal;
    }
    const campaign = documentedCampaign({ sid, status });
    return answerOf(target.includes(sid) ? campaign : [campaign]);
  };
};

describe('a 403 for one campaign while other calls succeed', () => {
  it.each([
    ['403', forbidden, [aboutCampaign]],
    ['400', failure(400, 1002), []],
    ['409', failure(409, 1008), []],
    ['422', failure(422, 1002), []],
  ])('a status that changed before the action is not an alarm: %s', async (_status, refusal, warned) => {
    const { gateway } = await startScripted(racing(refusal));
    const { pauseCampaign } = await gateway.data(PauseDocument, { sid });
    expect(pauseCampaign).toMatchObject({ campaign: null, userErrors: [{ code: 'ACTION_NOT_ALLOWED' }] });
    expect(alarms(gateway)).toEqual([]);
    expect(warnings(gateway)).toEqual(warned);
  });

  it('a campaign of another account is not an alarm', async () => {
    const { gateway } = await startScripted(({ target }) =>
      target.includes('foreign') ? forbidden : answerOf([documentedCampaign({ sid })]),
    );
    await ask(gateway, '{ campaigns { totalCount } }');
    const { errors } = await ask(gateway, '{ campaign(sid: "foreign") { sid } }');
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['UPSTREAM_FORBIDDEN']);
    expect(alarms(gateway)).toEqual([]);
  });
});

describe('a 403 for the account', () => {
  it('is an alarm if a list is forbidden', async () => {
    const { gateway } = await startScripted(() => forbidden);
    await ask(gateway, '{ campaigns { totalCount } }');
    expect(alarms(gateway)).toEqual([aboutAccount]);
  });

  it('is an alarm if no call has succeeded yet, also for one campaign', async () => {
    const { gateway } = await startScripted(() => forbidden);
    await ask(gateway, '{ campaign(sid: "x") { sid } }');
    expect(alarms(gateway)).toEqual([aboutAccount]);
  });

  it('is an alarm if only creates are forbidden', async () => {
    const { gateway } = await startScripted(({ method }) =>
      method === 'POST' ? forbidden : answerOf([documentedCampaign({ sid })]),
    );
    await gateway.execute(CreateDocument, { input: diwali });
    expect(alarms(gateway)).toContain(aboutAccount);
  });

  it('is an alarm for one campaign after the list was forbidden', async () => {
    let isForbidden = false;
    const { gateway } = await startScripted(({ target }) =>
      isForbidden ? forbidden : answerOf(target.includes(sid) ? documentedCampaign({ sid }) : []),
    );
    await ask(gateway, `{ campaign(sid: "${sid}") { sid } }`);
    isForbidden = true;
    await ask(gateway, '{ campaigns { totalCount } }');
    expect(alarms(gateway)).toEqual([aboutAccount]);
  });
});

it('a 401 is always an alarm', async () => {
  const { gateway } = await startScripted(racing(failure(401, 1010)));
  await ask(gateway, `mutation { pauseCampaign(sid: "${sid}") { userErrors { code } } }`);
  expect(alarms(gateway)).toEqual([
    'the upstream refuses the credentials: check EXOTEL_API_KEY, EXOTEL_API_TOKEN and the region',
  ]);
});
