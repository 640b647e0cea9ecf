import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { readConfig } from '../../../src/config/config.js';
import { noticesOf } from '../../../src/config/start-message.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { filledIn, knownVariables, someFile } from '../../support/gateway/known-variables.js';
import { readYaml } from '../../support/programs/yaml.js';

interface Probe {
  readonly httpGet: {
    readonly path: string;
    readonly port: string;
    readonly httpHeaders: readonly { readonly name: string; readonly value: string }[];
  };
}

interface Container {
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly mountPath: string; readonly name: string }[];
}

type Labels = Readonly<Record<string, string>>;

interface ConfigMap {
  readonly metadata: { readonly name: string };
  readonly data: Labels;
}

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly securityContext: unknown;
        readonly automountServiceAccountToken: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly topologySpreadConstraints: readonly {
          readonly labelSelector: { readonly matchLabels: Labels };
        }[];
      };
    };
  };
}

const manifest = (name: string): unknown => readYaml(`deploy/kubernetes/${name}.yaml`);
const { spec } = manifest('deployment') as Deployment;
const { template } = spec;
const config = manifest('config') as ConfigMap;
const container = template.spec.containers[0] as Container;

describe('the Kubernetes manifests', () => {
  it('are all listed in kustomization.yaml', () => {
    const { resources } = manifest('kustomization') as { readonly resources: readonly string[] };
    for (const resource of resources)
      expect(readYaml(`deploy/kubernetes/${resource}`)).toMatchObject({
        apiVersion: expect.any(String),
        kind: expect.any(String),
        metadata: { name: 'campaign-gateway' },
      });
    expect(resources).toHaveLength(5);
  });

  it('have only variables that the gateway reads', () => {
    const named = [...Object.keys(config.data), ...container.env.map(({ name }) => name)];
    expect(named.filter((name) => !knownVariables.includes(name))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
    expect(container.envFrom).toEqual([{ configMapRef: { name: config.metadata.name } }]);
  });

  it('contain no secret: each comes from a Secret', () => {
    expect(container.env.filter(({ value }) => value !== undefined)).toEqual([]);
    expect(Object.keys(config.data).filter((name) => Object.hasOwn(filledIn, name))).toEqual([]);
  });

  it('are a valid configuration with API keys', () => {
    const secrets = Object.fromEntries(container.env.map(({ name }) => [name, filledIn[name]]));
    const mounted = { API_KEYS_FILE: someFile };
    const read = readConfig({ HOST: '0.0.0.0', ...config.data, ...secrets, ...mounted });
    const { access, upstream, redisUrl } = read;
    expect(noticesOf(read).map(({ kind }) => kind)).not.toContain('Weak');
    const [mount] = container.volumeMounts;
    expect(config.data['API_KEYS_FILE']).toBe(`${mount?.mountPath}/api-keys.json`);
    expect(access.auth).toMatchObject({ mode: 'api-key' });
    expect(upstream.kind).toBe('live');
    expect(redisUrl).toBe(filledIn['REDIS_URL']);
  });

  it('meet the restricted pod security standard', () => {
    expect(template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(template.spec.automountServiceAccountToken).toBe(false);
  });

  it('give a stopping gateway more time than SHUTDOWN_GRACE_MS', () => {
    const [, sleptSeconds] = container.lifecycle.preStop.exec.command;
    const { shutdownGraceMs } = readConfig({ SHUTDOWN_GRACE_MS: config.data['SHUTDOWN_GRACE_MS'] });
    const needed = Number(sleptSeconds) + shutdownGraceMs / 1000;
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(needed);
  });

  it('select the pods that they create', () => {
    const { labels } = template.metadata;
    const selectors = [
      spec.selector.matchLabels,
      template.spec.topologySpreadConstraints[0]?.labelSelector.matchLabels,
      (manifest('service') as { spec: { selector: Labels } }).spec.selector,
      (manifest('disruption-budget') as Deployment).spec.selector.matchLabels,
      (manifest('network-policy') as { spec: { podSelector: { matchLabels: Labels } } }).spec.podSelector
        .matchLabels,
    ];
    for (const selector of selectors) expect(selector).toEqual(labels);
    expect(spec.replicas).toBeGreaterThan(1);
  });

  it('keep a gateway running until its replacement is ready', () => {
    expect(spec).toMatchObject({ strategy: { rollingUpdate: { maxUnavailable: 0 } } });
    expect(manifest('disruption-budget')).toMatchObject({ spec: { maxUnavailable: 1 } });
  });
});

describe('the probes', () => {
  let sandbox: Sandbox;
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    sandbox = await startSandbox(credentials);
    gateway = await startGatewayOn(sandbox.baseUrl);
  });
  afterAll(async () => {
    await gateway.close();
    await sandbox.close();
  });

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'] as const)(
    'get a response without an upstream call: %s',
    async (probe) => {
      const { path, port, httpHeaders } = container[probe].httpGet;
      expect(httpHeaders.map(({ name }) => name)).toEqual(['Host']); // or it would be the pod's address
      const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
      const answer = await request(`${gateway.url}${path}`, { headers });
      await answer.body.dump();
      expect(answer.statusCode).toBe(200);
      expect(container.ports).toEqual([{ name: port, containerPort: readConfig({}).port }]);
      expect(sandbox.calls).toEqual([]);
    },
  );
});
