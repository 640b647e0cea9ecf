import {
  type OthersView,
  type OwnCall,
} from '../../../../../src/datasources/exotel/rate-limit/shared-window.js';
import { RedisConnection } from '../../../../../src/datasources/state/redis/connection.js';
import { RedisWindow } from '../../../../../src/datasources/exotel/rate-limit/redis-window.js';

/** Length of the window in tests: several pass within a test. */
export const minuteMs = 200;
const timeoutMs = 100;
const open: { close(): void }[] = [];

/** Opens the shared window of another gateway; `views` are the states of other gateways that it received. */
export async function windowOf(
  { url }: { readonly url: string },
  prefix: string,
  {
    own = () => [],
    minute = minuteMs,
    isAwaited = true,
    now = () => performance.now(),
  }: {
    own?: () => readonly OwnCall[];
    minute?: number;
    isAwaited?: boolean;
    now?: () => number;
  } = {},
) {
  const connection = new RedisConnection(url, {
    redisFailed: () => undefined,
    redisAnswered: () => undefined,
  });
  const window = new RedisWindow({
    connection,
    prefix,
    timeoutMs,
    now,
    wallNow: Date.now,
    minuteMs: minute,
  });
  const views: OthersView[] = [];
  window.open((view) => views.push(view), own);
  const close = (): void => {
    window.close();
    connection.close();
  };
  open.push({ close });
  if (isAwaited) await connection.ready(5000);
  return { window, views, close };
}

/** Closes all windows. */
export function closeWindows(): void {
  for (const one of open.splice(0)) one.close();
}

/** A request to count a call. */
export const request = (id: string, share = 3, isBackground = false) => ({
  id,
  isBackground,
  share,
  backgroundShare: 1,
});
