import { Counter, Gauge, type Registry } from 'prom-client';
import { type CallbackVerdict } from '../../live/callback-receiver.js';
import { type WebhookKind, webhookKinds } from '../../live/callback-urls.js';
import { type FeedObserver } from '../../live/change-feed.js';
import { initializeToZero } from './tallies.js';

/** Metrics of subscriptions and events. */
export function feedMetrics(registry: Registry): FeedObserver {
  const registers = [registry];
  const labelNames = ['field'] as const;
  const open = new Gauge({
    name: 'campaign_gateway_subscriptions_open',
    help: 'Open subscriptions.',
    labelNames: ['transport', 'field'],
    registers,
  });
  const published = new Counter({
    name: 'campaign_gateway_events_published_total',
    help: 'Events published; each counts once, for any number of subscribers.',
    labelNames,
    registers,
  });
  const dropped = new Counter({
    name: 'campaign_gateway_events_dropped_total',
    help: 'Events that slow subscribers missed; for campaigns, states that a newer one replaced.',
    labelNames,
    registers,
  });
  return {
    opened: (field, transport) => {
      const labels = { transport, field };
      open.inc(labels);
      return () => {
        open.dec(labels);
      };
    },
    published: (field) => {
      published.inc({ field });
    },
    dropped: (field) => {
      dropped.inc({ field });
    },
  };
}

/** Called with the verdict on each callback. */
export type OnWebhook = (kind: WebhookKind, verdict: CallbackVerdict | 'refused') => void;

/** Metrics of callbacks. */
export function webhookMetrics(registry: Registry): OnWebhook {
  const total = new Counter({
    name: 'campaign_gateway_webhooks_total',
    help: 'Callbacks of the upstream by verdict.',
    labelNames: ['kind', 'verdict'],
    registers: [registry],
  });
  initializeToZero(
    total,
    ['kind', webhookKinds],
    ['verdict', ['accepted', 'unknownAddress', 'malformed', 'tooEarly', 'refused']],
  );
  return (kind, verdict) => {
    total.inc({ kind, verdict });
  };
}
