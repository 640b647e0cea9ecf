import { expect, it } from '@jest/globals';
import { readConfig } from '../../../src/config/config.js';
import { noticesOf } from '../../../src/config/start-message.js';
import { describeWithKubectl, kustomized, type Manifest } from '../../support/programs/kubectl.js';
import { filledIn, someFile } from '../../support/gateway/known-variables.js';
import { readYaml } from '../../support/programs/yaml.js';

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly key: string; readonly optional?: boolean } };
}

interface Container {
  readonly image: string;
  readonly args?: readonly string[];
  readonly env: readonly Variable[];
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}

interface Workload extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly [Container];
        readonly securityContext: { readonly runAsNonRoot: boolean };
        readonly automountServiceAccountToken: boolean;
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

/** An object of an overlay. */
const find = (objects: readonly Manifest[], kind: string, name = 'campaign-gateway') =>
  objects.find((each) => each.kind === kind && each.metadata.name === name);

/** What the gateway of an overlay is started with, if its Secret is complete. */
function configOf(objects: readonly Manifest[]) {
  const { data } = find(objects, 'ConfigMap') as Manifest & { readonly data: Record<string, string> };
  const { env } = (find(objects, 'Deployment') as Workload).spec.template.spec.containers[0];
  const secrets = Object.fromEntries(env.map(({ name }) => [name, filledIn[name]]));
  const mounted = data['API_KEYS_FILE'] && { API_KEYS_FILE: someFile };
  return readConfig({ HOST: '0.0.0.0', ...data, ...secrets, ...mounted });
}

/** Keys of the Secret without which the pods of an overlay do not start, sorted. */
function requiredKeys(objects: readonly Manifest[]): readonly string[] {
  const workloads = objects.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind)) as Workload[];
  const references = workloads.flatMap(({ spec }) =>
    spec.template.spec.containers[0].env.map(({ valueFrom }) => valueFrom?.secretKeyRef),
  );
  return references.flatMap((reference) => (reference && !reference.optional ? [reference.key] : [])).sort();
}

const account = ['exotel-account-sid', 'exotel-api-key', 'exotel-api-token', 'redis-url'];

describeWithKubectl('the overlays for Kubernetes', () => {
  it.each(['kubernetes', 'overlays/api-key', 'overlays/jwt', 'overlays/ingress'])(
    '%s is a valid configuration without weaknesses',
    (folder) => {
      const objects = kustomized(folder);
      const config = configOf(objects);
      expect(config.upstream.kind).toBe('live');
      expect(config.access.auth.mode).toBe(folder.endsWith('jwt') ? 'jwt' : 'api-key');
      expect(noticesOf(config).map(({ kind }) => kind)).not.toContain('Weak');
      for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy'])
        expect(find(objects, kind)).toBeDefined();
    },
  );

  it('api-key is deploy/kubernetes with a Redis', () => {
    const objects = kustomized('overlays/api-key');
    expect(objects).toEqual(expect.arrayContaining([...kustomized('kubernetes')]));
    expect(requiredKeys(objects)).toEqual([...account, 'redis-password'].sort());
  });

  it('jwt mounts no file of keys', () => {
    const { containers, volumes } = (find(kustomized('overlays/jwt'), 'Deployment') as Workload).spec.template
      .spec;
    expect(containers[0].volumeMounts).toEqual([]);
    expect(volumes).toEqual([]);
  });

  it('ingress starts with METRICS_TOKEN only, and routes the operations and callbacks alone', () => {
    const objects = kustomized('overlays/ingress');
    expect(requiredKeys(objects)).toEqual(
      [...account, 'metrics-token', 'redis-password', 'webhook-secret'].sort(),
    );
    expect(requiredKeys(kustomized('kubernetes'))).toEqual(account);
    interface Ingress extends Manifest {
      readonly spec: {
        readonly tls: readonly { readonly hosts: readonly string[] }[];
        readonly rules: readonly {
          readonly host: string;
          readonly http: { readonly paths: readonly { readonly path: string; readonly backend: unknown }[] };
        }[];
      };
    }
    const { rules, tls } = (find(objects, 'Ingress') as Ingress).spec;
    expect(rules).toHaveLength(1);
    expect(rules[0]?.http.paths.map(({ path }) => path)).toEqual([
      '/graphql',
      '/campaigns',
      '/webhooks/exotel',
    ]);
    expect(rules[0]?.http.paths.map(({ backend }) => backend)).toEqual(
      Array(3).fill({ service: { name: 'campaign-gateway', port: { name: 'http' } } }),
    );
    expect(tls.flatMap(({ hosts }) => hosts)).toEqual([rules[0]?.host]);
    expect(configOf(objects).publicUrl).toBe(`https://${rules[0]?.host}`);
  });

  it('the Redis evicts nothing, needs its password, and is reached by gateways alone', () => {
    const objects = kustomized('overlays/api-key');
    const { spec } = find(objects, 'StatefulSet', 'campaign-gateway-redis') as Workload;
    const pod = spec.template.spec;
    const [container] = pod.containers;
    const command = container.args?.join(' ') ?? '';
    for (const option of [
      '--maxmemory-policy noeviction',
      '--appendonly yes',
      '--requirepass "$REDISCLI_AUTH"',
    ])
      expect(command).toContain(option);
    const compose = readYaml('compose.yaml') as { services: { redis: { image: string } } };
    expect(container.image).toBe(compose.services.redis.image);
    expect(spec.replicas).toBe(1);
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    expect(container.securityContext).toEqual(
      (find(objects, 'Deployment') as Workload).spec.template.spec.containers[0].securityContext,
    );
    interface Policy extends Manifest {
      readonly spec: {
        readonly podSelector: { readonly matchLabels: unknown };
        readonly policyTypes: readonly string[];
        readonly ingress: readonly { readonly from: readonly unknown[] }[];
        readonly egress?: readonly { readonly to: readonly unknown[] }[];
      };
    }
    const { metadata } = (find(objects, 'Deployment') as Workload).spec.template;
    const policy = (find(objects, 'NetworkPolicy', 'campaign-gateway-redis') as Policy).spec;
    expect(policy).toMatchObject({ policyTypes: ['Ingress', 'Egress'], podSelector: spec.selector });
    expect(policy.ingress.flatMap(({ from }) => from)).toEqual([
      { podSelector: { matchLabels: metadata.labels } },
    ]);
    expect(policy.egress).toBeUndefined();
    // The gateways' own policy lets them reach it.
    const allowed = (find(objects, 'NetworkPolicy') as Policy).spec.egress?.flatMap(({ to }) => to);
    expect(allowed).toContainEqual({ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'redis' } } });
    expect(spec.template.metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'redis' });
  });
});
