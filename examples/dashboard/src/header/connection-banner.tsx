import { useEffect, useState } from 'react';
import { useConnection } from '../gateway/connection';

const shownMs = 4_000;

/** Says that the connection is lost, and for a moment that it is back. */
export function ConnectionBanner() {
  const connection = useConnection();
  const [wasLost, setWasLost] = useState(false);
  if (connection === 'lost' && !wasLost) setWasLost(true);
  useEffect(() => {
    if (connection === 'lost' || !wasLost) return;
    const timer = setTimeout(() => setWasLost(false), shownMs);
    return () => clearTimeout(timer);
  }, [connection, wasLost]);

  return (
    <div role="status">
      {connection === 'lost' && (
        <p className="banner lost">
          Connection lost: what you see does not change until it is back. Connecting again…
        </p>
      )}
      {connection !== 'lost' && wasLost && (
        <p className="banner back">Connected again: what you see is read again.</p>
      )}
    </div>
  );
}
