import { Counter, type Registry } from 'prom-client';
import { type KeptAnswersOptions } from '../../operations/response-cache.js';
import { codeLabel, codeLabels, type EndedOperation } from '../operations.js';
import { talliedCounter, talliedHistogram } from './tallies.js';

/** From an answer that was kept to one that waited for its place in the budget. */
const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Counts operations. */
export function operationMetrics(registry: Registry) {
  const ended = talliedCounter(
    {
      name: 'campaign_gateway_operations_total',
      help: 'GraphQL operations answered; partial: with data and errors.',
      labelNames: ['type', 'transport', 'outcome'],
    },
    registry,
  );
  const took = talliedHistogram(
    {
      name: 'campaign_gateway_operation_duration_seconds',
      help: 'From an operation to its answer; of a subscription until it was accepted or refused.',
      labelNames: ['type', 'transport'],
      buckets,
    },
    registry,
  );
  const errors = new Counter({
    name: 'campaign_gateway_errors_total',
    help: 'Errors told to clients, by their code.',
    labelNames: ['code'],
    registers: [registry],
  });
  for (const code of codeLabels) errors.inc({ code }, 0); // what begins at 1 has not grown, to Prometheus
  const answered = talliedCounter(
    {
      name: 'campaign_gateway_http_requests_total',
      help: 'HTTP requests answered, by route and class of status.',
      labelNames: ['endpoint', 'status'],
    },
    registry,
  );
  return {
    ended: ({ type, transport, outcome, codes, seconds }: EndedOperation): void => {
      ended(type, transport, outcome);
      took(seconds, type, transport);
      for (const code of codes) errors.inc({ code: codeLabel(code) });
    },
    /** A client was told an error that is not how an operation ended. */
    refused: (code: string): void => {
      errors.inc({ code: codeLabel(code) });
    },
    /** @param endpoint as the route was declared; undefined where there is none. */
    answered: (endpoint: string | undefined, statusCode: number): void => {
      answered(endpoint ?? 'none', `${Math.floor(statusCode / 100)}xx`);
    },
  };
}

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
