import { Counter, Gauge, type Registry } from 'prom-client';
import { type CallbackVerdict } from '../../live/callback-receiver.js';
import { type WebhookKind, webhookKinds } from '../../live/callback-urls.js';
import { type FeedObserver } from '../../live/change-feed.js';
import { initializeToZero } from './tallies.js';

/** Counts who listens, and what they are told. */
export function feedMetrics(registry: Registry): FeedObserver {
  const registers = [registry];
  const labelNames = ['field'] as const;
  const open = new Gauge({
    name: 'campaign_gateway_subscriptions_open',
    help: 'Subscriptions under way.',
    labelNames: ['transport', 'field'],
    registers,
  });
  const published = new Counter({
    name: 'campaign_gateway_events_published_total',
    help: 'Changes told to subscribers; one however many they are.',
    labelNames,
    registers,
  });
  const dropped = new Counter({
    name: 'campaign_gateway_events_dropped_total',
    help: 'Events that a slow subscriber missed; of campaigns, those that a newer state replaced.',
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

/** Told what a callback was answered. */
export type OnWebhook = (kind: WebhookKind, verdict: CallbackVerdict | 'refused') => void;

/** Counts callbacks; the verdict is one of a closed set. */
export function webhookMetrics(registry: Registry): OnWebhook {
  const total = new Counter({
    name: 'campaign_gateway_webhooks_total',
    help: 'Callbacks of the upstream, by what they were answered.',
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
