import { useQuery } from '@apollo/client/react';
import { Link } from 'wouter';
import { apiKey, signOut } from '../gateway/credentials';
import type { Gateway } from '../gateway/use-gateway';
import { GatewayDocument } from '../generated/operations';
import { duration } from '../ui/time';
import { useNow } from '../ui/use-now';

/** Where the page is connected to, and what is left of the budget. */
export function Header() {
  const { data } = useQuery(GatewayDocument, {
    pollInterval: 10_000, // costs no upstream call
    skipPollAttempt: () => document.hidden,
  });
  return (
    <header className="header">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Link href="/" className="brand">
        Campaigns
      </Link>
      {data && <Facts gateway={data.campaignGateway} />}
      {apiKey() !== null && (
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      )}
    </header>
  );
}

function Facts({ gateway: { mode, region, accountSid, scopes, budget, version } }: { gateway: Gateway }) {
  return (
    <dl className="facts" aria-label="Gateway">
      <div>
        <dt>Mode</dt>
        <dd>
          {mode === 'SANDBOX' ? (
            <span className="badge status-scheduled">Sandbox: nothing is sent</span>
          ) : (
            <span className="badge status-in_progress">Live{region !== null && `, ${region}`}</span>
          )}
        </dd>
      </div>
      <div>
        <dt>Account</dt>
        <dd>{accountSid}</dd>
      </div>
      <div>
        <dt>Calls left</dt>
        <dd>{budget ? <Budget {...budget} /> : 'no limit'}</dd>
      </div>
      <div>
        <dt>You may</dt>
        <dd>{scopes.length === 0 ? 'nothing' : scopes.join(', ')}</dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd>{version}</dd>
      </div>
    </dl>
  );
}

function Budget({ limit, remaining, resetsAt }: NonNullable<Gateway['budget']>) {
  const waitMs = Date.parse(resetsAt) - useNow();
  return (
    <>
      {remaining} of {limit}
      {remaining < limit && waitMs > 0 && <span className="quiet"> · all in {duration(waitMs)}</span>}
    </>
  );
}
