import { Link } from 'wouter';
import { useCanWrite } from '../gateway/use-gateway';
import { LoadMore } from '../ui/load-more';
import { PageTitle } from '../ui/page-title';
import { ProblemState } from '../ui/problem-state';
import { Empty, Loading } from '../ui/states';
import { CampaignRow } from './campaign-row';
import { Filters } from './filters';
import { useCampaigns } from './use-campaigns';
import { useFilter } from './use-filter';

/** The list of campaigns. */
export function CampaignsPage() {
  const filter = useFilter();
  const { campaigns, problem, isLoading, refresh, more } = useCampaigns(filter.filter);
  const canWrite = useCanWrite();
  return (
    <>
      <PageTitle title="Campaigns">
        {canWrite && (
          <Link href="/new" className="button primary">
            New campaign
          </Link>
        )}
      </PageTitle>
      <Filters {...filter} />
      <p role="status" className="quiet">
        {campaigns && `${campaigns.edges.length} of ${campaigns.totalCount} campaigns`}
      </p>
      {problem ? (
        <ProblemState problem={problem} onRetry={refresh} />
      ) : (
        !campaigns && <Loading what="campaigns" />
      )}
      {campaigns?.totalCount === 0 && !problem && (
        <Empty title="No campaigns">
          <p>{filter.name || filter.status ? 'None fits this filter.' : 'Create the first one.'}</p>
        </Empty>
      )}
      {campaigns && campaigns.totalCount > 0 && !problem && (
        <div className="table" aria-busy={isLoading}>
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Status</th>
                <th scope="col">Progress</th>
                <th scope="col" className="number">
                  Sent
                </th>
                <th scope="col" className="number">
                  Failed
                </th>
                <th scope="col" className="number">
                  Total
                </th>
                <th scope="col">Start</th>
              </tr>
            </thead>
            <tbody>
              {campaigns.edges.map(({ cursor, node }) =>
                node ? (
                  <CampaignRow key={node.sid} campaign={node} />
                ) : (
                  <tr key={cursor}>
                    <td colSpan={7}>This campaign could not be read.</td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
          {campaigns.pageInfo.hasNextPage && <LoadMore {...more} />}
        </div>
      )}
    </>
  );
}
