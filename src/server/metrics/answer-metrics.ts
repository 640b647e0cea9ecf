import { type Registry } from 'prom-client';
import { type KeptAnswersOptions } from '../answers/kept-answers.js';
import { talliedCounter } from './tallied-counter.js';

/** Counts looks for answers that were kept as bytes. */
export function answerMetrics(registry: Registry): KeptAnswersOptions['onLookUp'] {
  return talliedCounter(
    {
      name: 'campaign_gateway_answer_lookups_total',
      help: 'Looks for an answer kept as bytes: given, outdated (what it was made of has changed or aged), unknown, bypassed (asked in a way that none is looked for).',
      labelNames: ['result'],
      fromZero: [['given'], ['outdated'], ['unknown'], ['bypassed']],
    },
    registry,
  );
}
