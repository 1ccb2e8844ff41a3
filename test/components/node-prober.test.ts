import * as pulumi from '@pulumi/pulumi';
import { program } from '../../program';
import { deploy, encodeConfig, plain, type Registered, stackConfig } from '../deploy';
import { crdFixture } from './crd-fixture';

const mockFixture = crdFixture();
jest.mock('../../lab/toolchain/crds', () => ({ operatorCrds: () => mockFixture }));

async function lab(sections: Record<string, unknown> = {}): Promise<Registered[]> {
  const keyed = Object.fromEntries(
    Object.entries(sections).map(([key, value]) => [`continuous-load:${key}`, value]),
  );
  pulumi.runtime.setAllConfig({ ...stackConfig('lab'), ...encodeConfig(keyed) });
  return (await deploy(program, { stack: 'lab' })).resources;
}

const named = (resources: Registered[], kind: string, name: string): any =>
  plain(resources.find((each) => each.type.endsWith(`:${kind}`) && each.name === name)?.inputs);

describe('probers on the nodes of a lab', () => {
  let resources: Registered[];
  beforeAll(async () => {
    resources = await lab({ nodeProber: { peers: 2, rate: 0.25, protocols: ['udp'] } });
  });
  const daemons = () =>
    ['node-echo', 'node-prober'].map((name) => ({ name, spec: named(resources, 'DaemonSet', name)?.spec }));

  it('are two DaemonSets on every node that takes pods, rolled a share at a time and never one pod less', () => {
    for (const { spec } of daemons()) {
      expect(spec.updateStrategy).toEqual({
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: '10%', maxUnavailable: 0 },
      });
      expect(spec.template.spec.tolerations).toEqual([{ operator: 'Exists', effect: 'NoSchedule' }]);
      expect(spec.template.spec.hostNetwork).toBeUndefined();
      expect(spec.template.spec.automountServiceAccountToken).toBe(false);
    }
  });

  it('are restricted pods that are small', () => {
    for (const { spec } of daemons()) {
      const [container] = spec.template.spec.containers;
      expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources).toEqual({
        requests: { cpu: '10m', memory: '16Mi' },
        limits: { cpu: '200m', memory: '64Mi' },
      });
      expect(container.env).toContainEqual({ name: 'GOMEMLIMIT', value: '51MiB' });
    }
  });

  it('do what the config says', () => {
    const [container] = named(resources, 'DaemonSet', 'node-prober').spec.template.spec.containers;
    expect(container.command).toEqual(['/node-prober']);
    expect(container.args).toEqual(
      expect.arrayContaining([
        '--peers=2',
        '--rate=0.25',
        '--protocols=udp',
        '--service=node-echo',
        '--udp=9017',
      ]),
    );
    expect(container.env[0]).toEqual({
      name: 'NODE_NAME',
      valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } },
    });
  });

  it('find each other through a headless Service and may read nothing but EndpointSlices of their namespace', () => {
    expect(named(resources, 'Service', 'node-echo').spec).toMatchObject({
      clusterIP: 'None',
      selector: { 'app.kubernetes.io/name': 'node-echo' },
    });
    expect(named(resources, 'Role', 'node-prober')).toMatchObject({
      metadata: { namespace: 'continuous-load' },
      rules: [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] }],
    });
    expect(resources.filter(({ type, name }) => /ClusterRole/.test(type) && /node-/.test(name))).toEqual([]);
    const bindings = resources.filter(
      ({ type, inputs }) =>
        /RoleBinding/.test(type) && JSON.stringify(plain(inputs).subjects).includes('"node-prober"'),
    );
    expect(bindings.map(({ name }) => name)).toEqual(['node-prober']);
    const { spec } = named(resources, 'DaemonSet', 'node-prober').spec.template;
    expect(spec.volumes).toHaveLength(1);
    expect(spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds).toBe(600);
  });

  it('are scraped every 5 s by node; their echoes are not', () => {
    const { spec } = named(resources, 'PodMonitor', 'node-prober');
    expect(spec.podMetricsEndpoints).toEqual([
      expect.objectContaining({
        port: 'metrics',
        interval: '5s',
        relabelings: [{ sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' }],
      }),
    ]);
    expect(spec.selector.matchExpressions[0].values).toEqual(['node-prober']);
    const all = resources.filter(({ type }) => type.endsWith(':PodMonitor'));
    expect(JSON.stringify(all.map(({ inputs }) => inputs))).not.toContain('node-echo');
  });

  it('have kube-state-metrics count their DaemonSets', () => {
    const container = named(resources, 'Deployment', 'kube-state-metrics').spec.template.spec.containers[0];
    expect(container.args.find((word: string) => word.startsWith('--resources='))).toContain('daemonsets');
  });
});

describe('nothing of it is there', () => {
  it.each([
    ['when it is switched off', { nodeProber: { enabled: false } }],
    ['when all load is switched off', { load: { enabled: false } }],
  ])('%s', async (_when, sections) => {
    const resources = await lab(sections);
    expect(resources.filter(({ type }) => type.endsWith(':DaemonSet'))).toEqual([]);
    const rules = resources.filter(({ type }) => type.endsWith(':PrometheusRule'));
    expect(JSON.stringify(rules.map(({ inputs }) => inputs))).not.toContain('NodePairDown');
  });
});
