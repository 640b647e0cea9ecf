import { Link } from 'wouter';
import type { Problem } from '../gateway/problem';
import { Confirm } from '../ui/confirm';
import { duration } from '../ui/time';

interface InDoubtProps {
  readonly problem: Problem | undefined;
  readonly name: string;
  readonly onSendAgain: () => void;
  readonly onStartOver: () => void;
}

/** Shown if nobody knows whether the campaign was created: says what is safe to do, and what is not. */
export function InDoubt({ problem, name, onSendAgain, onStartOver }: InDoubtProps) {
  const { campaignName } = problem?.extensions ?? {};
  const searched = typeof campaignName === 'string' ? campaignName : name;
  const retryAfter = problem?.retryAfter;
  return (
    <div className="doubt" role="alert">
      <p className="state-title">It is not certain whether this campaign was created</p>
      <p>
        The answer was lost. The gateway can check: it looks for the campaign first, and sends it only if it
        is not there. However often you press this button, there will be one campaign.
      </p>
      {problem && problem.code !== 'OUTCOME_UNKNOWN' && <p>The last attempt: {problem.title}.</p>}
      {retryAfter !== undefined && (
        <p>There is room for the check in about {duration(retryAfter * 1_000)}.</p>
      )}
      <div className="actions">
        <button type="button" className="primary" onClick={onSendAgain}>
          Check and send again
        </button>
        {searched !== '' && (
          <Link className="button" href={`/?name=${encodeURIComponent(searched)}`}>
            Look for it in the list
          </Link>
        )}
        <Confirm
          label="Start over"
          question="Start over? If the campaign was created after all, a new one will be a second one, and people get both."
          onConfirm={onStartOver}
        />
      </div>
    </div>
  );
}
