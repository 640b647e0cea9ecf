import type { CampaignDetailsFragment } from '../generated/operations';
import { wordsOf } from '../ui/status-badge';
import { shown } from '../ui/time';

/** Schedule, text and what else was entered. */
export function Details({ campaign }: { campaign: CampaignDetailsFragment }) {
  const { schedule, template, senderId, smsType, contentType, lists, estimatedCost, reportUrl } = campaign;
  return (
    <dl className="details">
      <div>
        <dt>Start</dt>
        <dd>{shown(schedule.startTime)}</dd>
      </div>
      <div>
        <dt>End</dt>
        <dd>{shown(schedule.endTime)}</dd>
      </div>
      <div>
        <dt>Created</dt>
        <dd>{shown(campaign.createdAt)}</dd>
      </div>
      <div>
        <dt>Sender</dt>
        <dd>
          {senderId} · {wordsOf(smsType)} · {wordsOf(contentType)}
        </dd>
      </div>
      <div>
        <dt>Contact lists</dt>
        <dd>{lists.map(({ sid }) => sid).join(', ')}</dd>
      </div>
      <div>
        <dt>Text</dt>
        <dd className="text">{template}</dd>
      </div>
      {estimatedCost !== null && (
        <div>
          <dt>Estimated cost</dt>
          <dd>{estimatedCost}</dd>
        </div>
      )}
      {reportUrl !== null && (
        <div>
          <dt>Report</dt>
          <dd>
            <a href={reportUrl} rel="noreferrer">
              Download
            </a>
          </dd>
        </div>
      )}
    </dl>
  );
}
