import { ProblemState } from '../ui/problem-state';
import { Empty, Loading } from '../ui/states';
import { Age } from '../ui/age';
import { PageTitle } from '../ui/page-title';
import { Progress } from '../ui/progress';
import { StatusBadge } from '../ui/status-badge';
import { Actions } from './actions';
import { Details } from './details';
import { Messages } from './messages';
import { Outcomes } from './outcomes';
import { ProgressChart } from './progress-chart';
import { Refresh } from './refresh';
import { useCampaign } from './use-campaign';

/** One campaign, live. */
export function CampaignPage({ sid }: { sid: string }) {
  const { campaign, problem, retry, refresh } = useCampaign(sid);
  if (problem && !campaign) return <ProblemState problem={problem} onRetry={retry} />;
  if (campaign === undefined) return <Loading what="the campaign" />;
  if (campaign === null) return <Empty title="There is no such campaign" />;
  const { name, status, stats, fetchedAt } = campaign;
  return (
    <>
      <PageTitle title={name}>
        <StatusBadge status={status} />
      </PageTitle>
      {problem && (
        <p className="banner lost" role="status">
          {problem.title}: what you see may be old.{' '}
          <button type="button" onClick={retry}>
            Try again
          </button>
        </p>
      )}
      <div className="toolbar">
        <Age fetchedAt={fetchedAt} />
        <Refresh onRefresh={refresh} />
        <Actions campaign={campaign} onDoubt={retry} />
      </div>
      <div className="columns">
        <section className="card" aria-labelledby="progress">
          <h2 id="progress">Progress</h2>
          <Progress share={stats.progress} label="Progress" />
          <ProgressChart fetchedAt={fetchedAt} progress={stats.progress} />
        </section>
        <section className="card" aria-labelledby="outcomes">
          <h2 id="outcomes">Outcomes</h2>
          <Outcomes stats={stats} />
        </section>
        <section className="card" aria-labelledby="details">
          <h2 id="details">Details</h2>
          <Details campaign={campaign} />
        </section>
      </div>
      <section className="card" aria-labelledby="messages">
        <h2 id="messages">Messages</h2>
        <Messages sid={sid} progress={stats.progress} />
      </section>
    </>
  );
}
