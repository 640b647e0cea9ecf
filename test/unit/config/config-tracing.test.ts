import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/config/config.js';
import { ConfigError } from '../../../src/config/environment/environment.js';

const endpoint = 'http://127.0.0.1:4318';

function tracingOf(environment: Readonly<Record<string, string>>) {
  return readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...environment }).tracing;
}

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    tracingOf(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  throw new Error('The configuration was accepted.');
}

describe('the variables of OpenTelemetry', () => {
  it('have the defaults of its specification', () => {
    expect(tracingOf({})).toEqual({
      endpoint,
      resource: { 'service.name': 'campaign-gateway' },
      sampler: { kind: 'parentbased_always_on', ratio: 1 },
    });
  });

  it('are read', () => {
    expect(
      tracingOf({
        OTEL_RESOURCE_ATTRIBUTES: 'a=1,b=x%20y,c=,a=2',
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      }),
    ).toEqual({
      endpoint,
      resource: { 'service.name': 'campaign-gateway', a: '2', b: 'x y', c: '' },
      sampler: { kind: 'traceidratio', ratio: 0.25 },
    });
  });

  it.each([
    ['OTEL_TRACES_SAMPLER', 'alwayson'],
    ['OTEL_TRACES_SAMPLER', 'xray'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', '-1'],
    ['OTEL_TRACES_SAMPLER_ARG', '10%'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'production'],
    ['OTEL_RESOURCE_ATTRIBUTES', '=production'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=1;b'.replace(';', ',')],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz'],
  ])('refuse a wrong value: %s=%s', (name, value) => {
    const [problem, ...more] = problemsOf({ OTEL_TRACES_SAMPLER: 'traceidratio', [name]: value });
    expect(more).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${name}: got .*, takes .+\\.$`));
  });

  it('name the valid samplers', () => {
    expect(problemsOf({ OTEL_TRACES_SAMPLER: 'sometimes' })).toEqual([
      'OTEL_TRACES_SAMPLER: got "sometimes", takes one of always_on, always_off, traceidratio, parentbased_always_on, ' +
        'parentbased_always_off, parentbased_traceidratio.',
    ]);
  });

  it.each([
    [{}, 'not set'],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, '"always_on"'],
  ])('refuse a ratio without a sampler that takes one: %j', (set, shown) => {
    expect(problemsOf({ ...set, OTEL_TRACES_SAMPLER_ARG: '0.1' })).toEqual([
      'OTEL_TRACES_SAMPLER_ARG: got 0.1, has no effect unless OTEL_TRACES_SAMPLER is traceidratio or ' +
        `parentbased_traceidratio; OTEL_TRACES_SAMPLER is ${shown}.`,
    ]);
  });

  it('refuse a wrong sampler and its ratio', () => {
    const problems = problemsOf({ OTEL_TRACES_SAMPLER: 'often', OTEL_TRACES_SAMPLER_ARG: '0.1' });
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'OTEL_TRACES_SAMPLER',
      'OTEL_TRACES_SAMPLER_ARG',
    ]);
  });
});
