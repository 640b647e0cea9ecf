import { Counter, type Registry } from 'prom-client';
import { type ReadOutcome, type ResourceKind } from '../../datasources/cache/cache-entry.js';
import { type AuditLine } from '../../datasources/writing/campaign-writer.js';
import { CampaignAction } from '../../domain/campaign.js';
import { initializeToZero, talliedCounter } from './tallies.js';

const kinds = ['campaign', 'campaigns', 'messages'];
const answers = ['kept', 'new', 'shared', 'stale'];

/** Metrics of reads. */
export function readMetrics(registry: Registry): (kind: ResourceKind, outcome: ReadOutcome) => void {
  return talliedCounter(
    {
      name: 'campaign_gateway_reads_total',
      help: 'Successful reads: kept (fresh cache entry), new (a call), shared (the call of another read), stale (old cache entry instead of a failed read).',
      labelNames: ['kind', 'answer'],
      fromZero: kinds.flatMap((kind) => answers.map((answer) => [kind, answer] as const)),
    },
    registry,
  );
}

/** Metrics of writes, from the audit. */
export function writeMetrics(registry: Registry): (line: AuditLine) => void {
  const writes = new Counter({
    name: 'campaign_gateway_writes_total',
    help: 'Writes by outcome.',
    labelNames: ['what', 'outcome'],
    registers: [registry],
  });
  const outcomes = ['done', 'replayed', 'refused', 'failed', 'unknown'];
  initializeToZero(writes, ['what', ['CREATE', ...Object.values(CampaignAction)]], ['outcome', outcomes]);
  return ({ what, outcome }) => {
    writes.inc({ what, outcome });
  };
}
