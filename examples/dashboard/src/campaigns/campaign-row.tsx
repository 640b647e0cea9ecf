import { useSubscription } from '@apollo/client/react';
import { useRef } from 'react';
import { Link } from 'wouter';
import { CampaignRowUpdatedDocument, type CampaignRowFragment } from '../generated/operations';
import { Progress } from '../ui/progress';
import { StatusBadge } from '../ui/status-badge';
import { shown } from '../ui/time';
import { useVisible } from '../ui/use-visible';

/** A campaign of the list. While it is on the screen, it is live: each event goes into the cache, and from there to the row. */
export function CampaignRow({ campaign }: { campaign: CampaignRowFragment }) {
  const { sid, name, status, schedule, stats } = campaign;
  const row = useRef<HTMLTableRowElement>(null);
  const isVisible = useVisible(row);
  useSubscription(CampaignRowUpdatedDocument, {
    variables: { sid },
    skip: !isVisible,
    ignoreResults: true,
    onError: () => undefined, // the row stays as it was read; the banner reports a lost connection
  });
  return (
    <tr ref={row}>
      <th scope="row">
        <Link href={`/campaigns/${sid}`}>{name}</Link>
      </th>
      <td>
        <StatusBadge status={status} />
      </td>
      <td>
        <Progress share={stats.progress} label={`Progress of ${name}`} />
      </td>
      <td className="number">{stats.sent}</td>
      <td className="number">{stats.undelivered}</td>
      <td className="number">{stats.total}</td>
      <td>{shown(schedule.startTime)}</td>
    </tr>
  );
}
