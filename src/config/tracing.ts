import { type Environment } from './environment/environment.js';
import { masked } from './environment/masking.js';
import { type Sampler } from './variables.js';

/** Where traces are exported to, and which of them. */
export interface TracingConfig {
  readonly endpoint: string;
  /** Attributes of the resource: those of OTEL_RESOURCE_ATTRIBUTES, and the name of the service. */
  readonly resource: Readonly<Record<string, string>>;
  /** The sampler, and the ratio of traces that it takes, from 0 to 1. */
  readonly sampler: { readonly kind: Sampler; readonly ratio: number };
}

/** Reads the standard variables of OpenTelemetry. @returns undefined if no traces are exported. */
export function readTracing(environment: Environment): TracingConfig | undefined {
  const endpoint = environment.read('OTEL_EXPORTER_OTLP_ENDPOINT');
  const serviceName = environment.read('OTEL_SERVICE_NAME');
  const attributes = environment.read('OTEL_RESOURCE_ATTRIBUTES') ?? {};
  const sampler = { kind: environment.read('OTEL_TRACES_SAMPLER'), ratio: readRatio(environment) };
  if (endpoint === undefined) return undefined;
  // OTEL_SERVICE_NAME comes before a service.name among the attributes (OpenTelemetry, environment variables).
  const isNamed = environment.textOf('OTEL_SERVICE_NAME') !== undefined;
  const named = { 'service.name': serviceName };
  return { endpoint, resource: isNamed ? { ...attributes, ...named } : { ...named, ...attributes }, sampler };
}

/** A ratio without a sampler that takes one would look like a setting, and all traces would be taken. */
function readRatio(environment: Environment): number {
  const ratio = environment.read('OTEL_TRACES_SAMPLER_ARG');
  const sampler = environment.textOf('OTEL_TRACES_SAMPLER')?.toLowerCase();
  if (ratio !== undefined && sampler?.endsWith('traceidratio') !== true)
    environment.refuse(
      `OTEL_TRACES_SAMPLER_ARG: got ${ratio}, has no effect unless OTEL_TRACES_SAMPLER is traceidratio or ` +
        `parentbased_traceidratio; OTEL_TRACES_SAMPLER is ${sampler === undefined ? 'not set' : masked(sampler)}.`,
    );
  return ratio ?? 1;
}
