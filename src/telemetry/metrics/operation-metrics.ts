import { Counter, type Registry } from 'prom-client';
import { type ResponseCacheOptions } from '../../operations/response-cache.js';
import { codeLabel, codeLabels, type EndedOperation } from '../operations.js';
import { talliedCounter, talliedHistogram } from './tallies.js';

/** From cached responses to operations that waited for the rate limit. */
const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Metrics of operations and HTTP requests. */
export function operationMetrics(registry: Registry) {
  const ended = talliedCounter(
    {
      name: 'campaign_gateway_operations_total',
      help: 'Completed GraphQL operations; partial: with data and errors.',
      labelNames: ['type', 'transport', 'outcome'],
    },
    registry,
  );
  const took = talliedHistogram(
    {
      name: 'campaign_gateway_operation_duration_seconds',
      help: 'Duration of operations; of subscriptions, until they are accepted or refused.',
      labelNames: ['type', 'transport'],
      buckets,
    },
    registry,
  );
  const errors = new Counter({
    name: 'campaign_gateway_errors_total',
    help: 'Errors sent to clients by code.',
    labelNames: ['code'],
    registers: [registry],
  });
  for (const code of codeLabels) errors.inc({ code }, 0); // Prometheus sees no increase in a counter that starts at 1
  const answered = talliedCounter(
    {
      name: 'campaign_gateway_http_requests_total',
      help: 'Completed HTTP requests by route and status class.',
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
    /** Counts an error that is not the result of an operation. */
    refused: (code: string): void => {
      errors.inc({ code: codeLabel(code) });
    },
    /** @param endpoint path of the route as declared; undefined if no route matched. */
    answered: (endpoint: string | undefined, statusCode: number): void => {
      answered(endpoint ?? 'none', `${Math.floor(statusCode / 100)}xx`);
    },
  };
}

/** Metrics of the response cache. */
export function answerMetrics(registry: Registry): ResponseCacheOptions['onLookup'] {
  return talliedCounter(
    {
      name: 'campaign_gateway_answer_lookups_total',
      help: 'Lookups in the response cache: given (hit), outdated (an entry behind the response has changed or aged), unknown (miss), bypassed (not cacheable).',
      labelNames: ['result'],
      fromZero: [['given'], ['outdated'], ['unknown'], ['bypassed']],
    },
    registry,
  );
}
