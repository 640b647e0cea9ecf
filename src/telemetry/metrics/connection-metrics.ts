import { Counter, Gauge, type Registry } from 'prom-client';

/** Connections as they are, asked at each scrape. */
interface OpenConnections {
  readonly http: number;
  readonly ws: number;
  readonly unreadBytes: number;
}

const refusedReasons: readonly RefusedConnection[] = ['all', 'caller'];
const endedReasons: readonly EndedConnection[] = ['idle', 'silent', 'slow', 'late', 'full'];

/** Counts connections, and those that the gateway refuses or ends. */
export function connectionMetrics(registry: Registry) {
  const registers = [registry];
  const refused = new Counter({
    name: 'campaign_gateway_connections_refused_total',
    help: 'Connections refused, because there were too many of all or of one caller or address.',
    labelNames: ['reason'],
    registers,
  });
  const ended = new Counter({
    name: 'campaign_gateway_connections_ended_total',
    help: 'Connections ended: idle, silent or slow to send, when others needed their place; late or full, when clients did not read.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of refusedReasons) refused.inc({ reason }, 0);
  for (const reason of endedReasons) ended.inc({ reason }, 0);
  return {
    refused: (reason: RefusedConnection): void => {
      refused.inc({ reason });
    },
    ended: (reason: EndedConnection): void => {
      ended.inc({ reason });
    },
    watch: (open: () => OpenConnections): void => {
      new Gauge({
        name: 'campaign_gateway_connections_open',
        help: 'Connections open, by protocol.',
        labelNames: ['protocol'],
        registers,
        collect() {
          const { http, ws } = open();
          this.set({ protocol: 'http' }, http);
          this.set({ protocol: 'ws' }, ws);
        },
      });
      new Gauge({
        name: 'campaign_gateway_unread_bytes',
        help: 'Bytes of responses, events and messages that clients have not taken yet.',
        registers,
        collect() {
          this.set(open().unreadBytes);
        },
      });
    },
  };
}

/** Why a connection was ended: `late` takes nothing any more, `full` has too much waiting for it. */
export type UnreadEnd = 'late' | 'full';

/** Why a connection is refused: too many of `all`, or of one `caller`. */
export type RefusedConnection = 'all' | 'caller';

/**
 * Why the gateway ends a connection: it is `idle`, has asked nothing (`silent`) or is `slow` to send what it has begun, and
 * others need its place; the rest does not read.
 */
export type EndedConnection = 'idle' | 'silent' | 'slow' | UnreadEnd;
