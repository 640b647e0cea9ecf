import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { problemOf } from '../gateway/problem';
import {
  CampaignDocument,
  type CampaignDetailsFragment,
  UpdateCampaignDocument,
} from '../generated/operations';
import { PageTitle } from '../ui/page-title';
import { ProblemState } from '../ui/problem-state';
import { Empty, Loading } from '../ui/states';
import { CampaignForm } from './campaign-form';
import { updateInput, valuesOf } from './values';

/** Changes of a campaign that has not started. */
export function EditPage({ sid }: { sid: string }) {
  const { data, error, refetch } = useQuery(CampaignDocument, { variables: { sid } });
  if (error) return <ProblemState problem={problemOf(error)} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="the campaign" />;
  if (!data.campaign) return <Empty title="There is no such campaign" />;
  if (!data.campaign.availableActions.includes('UPDATE'))
    return (
      <Empty title="This campaign can't be changed any more">
        <Link href={`/campaigns/${sid}`}>Back to the campaign</Link>
      </Empty>
    );
  return <EditForm campaign={data.campaign} />;
}

function EditForm({ campaign }: { campaign: CampaignDetailsFragment }) {
  const [, navigate] = useLocation();
  const [before] = useState(() => valuesOf(campaign));
  const [values, setValues] = useState(before);
  const [update, { data, error, loading, reset }] = useMutation(UpdateCampaignDocument, {
    errorPolicy: 'all',
  });
  const back = `/campaigns/${campaign.sid}`;

  // The same update twice changes nothing more: it needs no key, and may be sent again after any failure.
  const save = async (): Promise<void> => {
    const input = updateInput(values, before);
    const result = await update({ variables: { sid: campaign.sid, input } }).catch(() => undefined);
    if (result?.data?.payload.campaign) navigate(back);
  };
  return (
    <>
      <PageTitle title={`Edit ${campaign.name}`} />
      <CampaignForm
        values={values}
        before={before}
        userErrors={data?.payload.userErrors ?? []}
        isLocked={loading}
        submitLabel={loading ? 'Saving…' : 'Save'}
        onChange={(next) => {
          reset();
          setValues(next);
        }}
        onSubmit={() => void save()}
      >
        {error && !data && <ProblemState problem={problemOf(error)} onRetry={() => void save()} />}
        <Link href={back} className="button">
          Cancel
        </Link>
      </CampaignForm>
    </>
  );
}
