import type { CampaignDetailsFragment } from '../generated/operations';

type Stats = CampaignDetailsFragment['stats'];

const outcomes = [
  ['sent', 'Sent'],
  ['pending', 'Pending'],
  ['failed', 'Failed'],
  ['failedDnd', 'Do not disturb'],
  ['failedExpired', 'Expired'],
  ['failedNoAttempt', 'Not attempted'],
  ['failedNoBalance', 'No balance'],
  ['invalid', 'Invalid number'],
] as const satisfies readonly (readonly [keyof Stats, string])[];

/** Messages by outcome: one bar, and the same numbers as a list. */
export function Outcomes({ stats }: { stats: Stats }) {
  const present = outcomes.filter(([key]) => stats[key] > 0);
  if (stats.total === 0) return <p className="quiet">No message has been sent yet.</p>;
  return (
    <>
      <div className="bar" aria-hidden="true">
        {present.map(([key]) => (
          <span key={key} className={`outcome-${key}`} style={{ flexGrow: stats[key] }} />
        ))}
      </div>
      <ul className="legend" aria-label="Outcomes">
        {present.map(([key, label]) => (
          <li key={key}>
            <span className={`swatch outcome-${key}`} aria-hidden="true" />
            {label} <strong>{stats[key]}</strong>
          </li>
        ))}
        <li>
          All <strong>{stats.total}</strong>
        </li>
      </ul>
    </>
  );
}
