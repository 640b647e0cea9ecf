import { useLocation } from 'wouter';
import { useCanWrite, useGateway } from '../gateway/use-gateway';
import { PageTitle } from '../ui/page-title';
import { ProblemState } from '../ui/problem-state';
import { Empty } from '../ui/states';
import { CampaignForm } from './campaign-form';
import { InDoubt } from './in-doubt';
import { useCreate } from './use-create';

/** A new campaign. */
export function CreatePage() {
  const [, navigate] = useLocation();
  const gateway = useGateway();
  const canWrite = useCanWrite();
  const { values, isInDoubt, isSending, userErrors, problem, change, send, startOver } = useCreate((sid) =>
    navigate(`/campaigns/${sid}`),
  );
  if (!canWrite) return <Empty title="You may not create campaigns" />;
  return (
    <>
      <PageTitle title="New campaign" />
      <p className="quiet">
        {gateway?.mode === 'LIVE'
          ? 'Its messages will be sent to real people.'
          : 'This is a sandbox: nothing is sent.'}
      </p>
      <CampaignForm
        values={values}
        userErrors={userErrors}
        isLocked={isSending || isInDoubt}
        submitLabel={isSending ? 'Sending…' : 'Create campaign'}
        onChange={change}
        onSubmit={send}
      >
        {isInDoubt && (
          <InDoubt problem={problem} name={values.name} onSendAgain={send} onStartOver={startOver} />
        )}
        {problem && !isInDoubt && <ProblemState problem={problem} onRetry={send} />}
      </CampaignForm>
    </>
  );
}
