import {
  type OthersView,
  type OwnCall,
} from '../../../../../src/datasources/exotel/rate-limit/upstream-quota.js';
import { connectToRedis } from '../../../../../src/datasources/state/redis/state.js';
import { RedisHealth } from '../../../../../src/datasources/state/redis/health.js';
import { RedisWindow } from '../../../../../src/datasources/exotel/rate-limit/redis-window.js';

/** So short that several of them go by within a test. */
export const minuteMs = 200;
const timeoutMs = 100;
const open: { close(): void }[] = [];

/** A ledger as a gateway of its own has it open, and what it was told of the others. */
export async function ledgerOf(
  { url }: { readonly url: string },
  prefix: string,
  { own = () => [], minute = minuteMs }: { own?: () => readonly OwnCall[]; minute?: number } = {},
) {
  const connection = connectToRedis(url, () => undefined);
  const health = new RedisHealth({ redis: connection, onTrouble: () => undefined });
  const ledger = new RedisWindow({ health, prefix, timeoutMs, now: Date.now, minuteMs: minute });
  const views: OthersView[] = [];
  ledger.open((view) => views.push(view), own);
  open.push({
    close: () => {
      ledger.close();
      health.close();
      connection.disconnect();
    },
  });
  await health.ready(5000);
  return { ledger, views };
}

/** Closes all that were opened. */
export function closeLedgers(): void {
  for (const one of open.splice(0)) one.close();
}

/** A place that is asked for. */
export const claim = (id: string, share = 3, isBackground = false) => ({
  id,
  isBackground,
  share,
  backgroundShare: 1,
});
