import { useConnection } from '../gateway/connection';
import { duration } from './time';
import { useNow } from './use-now';

/** How old what is shown is, and whether it changes by itself. */
export function Age({ fetchedAt }: { fetchedAt: string }) {
  const now = useNow();
  const connection = useConnection();
  return (
    <p className="age">
      <span className={`dot ${connection}`} aria-hidden="true" />
      {connection === 'live' ? 'Live' : 'Not live'} · read from Exotel {duration(now - Date.parse(fetchedAt))}{' '}
      ago
    </p>
  );
}
