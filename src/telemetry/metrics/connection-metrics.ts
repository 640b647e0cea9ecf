import { Counter, Gauge, type Registry } from 'prom-client';

/** Current connections; read at each scrape. */
interface OpenConnections {
  readonly http: number;
  readonly ws: number;
  readonly unreadBytes: number;
}

const refusedReasons: readonly RefusedConnection[] = ['all', 'caller'];
const endedReasons: readonly EndedConnection[] = ['idle', 'silent', 'slow', 'late', 'full'];

/** Metrics of client connections. */
export function connectionMetrics(registry: Registry) {
  const registers = [registry];
  const refused = new Counter({
    name: 'campaign_gateway_connections_refused_total',
    help: 'Connections refused because of the limit of all connections or of one caller or address.',
    labelNames: ['reason'],
    registers,
  });
  const ended = new Counter({
    name: 'campaign_gateway_connections_ended_total',
    help: 'Connections ended by the gateway: idle, silent or slow, to make room for others; late or full, because the client did not read.',
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
        help: 'Open connections by protocol.',
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
        help: 'Bytes of responses, events and messages that clients have not read yet.',
        registers,
        collect() {
          this.set(open().unreadBytes);
        },
      });
    },
  };
}

/** Reason to end a connection whose client does not read: `late` for too long, `full` for too many bytes. */
export type UnreadEnd = 'late' | 'full';

/** Reason to refuse a connection: the limit of `all` connections, or that of one `caller`. */
export type RefusedConnection = 'all' | 'caller';

/**
 * Reason to end a connection: it is `idle`, has sent no request (`silent`) or is `slow` to send one, and others need its
 * place; or its client does not read.
 */
export type EndedConnection = 'idle' | 'silent' | 'slow' | UnreadEnd;
