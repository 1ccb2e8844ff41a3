import * as pulumi from '@pulumi/pulumi';
import { program } from '../program';
import { pathNames, isMeshPath, throughGateway } from '../signals/paths';
import { deploy, isSecret, plain, stackConfig, valueOf, type Registered } from './deploy';
import { crdFixture } from './components/crd-fixture';

const mockFixture = crdFixture();
jest.mock('../lab/toolchain/crds', () => ({ operatorCrds: () => mockFixture }));

const stacks: Record<string, Record<string, unknown>> = {
  lab: {},
  dev: {},
  prod: {
    'cluster.account': '123456789012',
    'cluster.publicCidrs': ['198.51.100.7/32'],
    'monitoring.receivers': [
      { name: 'on-call', url: 'https://pager.example.org/hook?token=s3cret', severities: ['page', 'ticket'] },
    ],
  },
};

/** Paths that no stack has to ask for. */
const usualPaths = pathNames.filter((name) => !throughGateway([{ name }]) && !isMeshPath(name));

/** The config of a stack with what its file leaves to its owner. */
function ownersConfig(stack: string): Record<string, string> {
  const config = stackConfig(stack);
  for (const [path, value] of Object.entries(stacks[stack] ?? {})) {
    const [section, field] = path.split('.') as [string, string];
    const key = `continuous-load:${section}`;
    config[key] = JSON.stringify({ ...JSON.parse(config[key] ?? '{}'), [field]: value });
  }
  return config;
}

async function deployStack(stack: string) {
  pulumi.runtime.setAllConfig(ownersConfig(stack));
  return deploy(program, { stack });
}

/** Every pod that a resource asks for; those that the operator makes are asked for by its custom resources. */
const podSpecs = (resources: Registered[]) =>
  resources
    .filter(({ type }) => /^kubernetes:apps\/v1:(Deployment|DaemonSet)$/.test(type))
    .map(({ name, inputs }) => ({ name, pod: plain(inputs).spec.template.spec }));

describe.each(Object.keys(stacks))('the program on stack %s', (stack) => {
  let resources: Registered[];
  let outputs: Awaited<ReturnType<typeof deployStack>>['outputs'];
  beforeAll(async () => {
    ({ resources, outputs } = await deployStack(stack));
  });
  const kubernetes = () => resources.filter(({ type }) => type.startsWith('kubernetes:'));

  it('registers every resource once', () => {
    const urns = resources.map(({ urn }) => urn);
    expect(urns.filter((urn, index) => urns.indexOf(urn) !== index)).toEqual([]);
    expect(urns.length).toBeGreaterThan(35);
  });

  it('gives every object a fixed name and no two the same', () => {
    const names = kubernetes().map(
      ({ type, inputs }) => `${type} ${inputs.metadata.namespace ?? ''}/${inputs.metadata.name}`,
    );
    expect(names.filter((name) => name.endsWith('undefined'))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('labels every object but the definitions as part of the product', () => {
    const unlabelled = kubernetes().filter(
      ({ type, inputs }) =>
        !type.includes('CustomResourceDefinition') &&
        inputs.metadata.labels?.['app.kubernetes.io/part-of'] !== 'continuous-load',
    );
    expect(unlabelled.map(({ urn }) => urn)).toEqual([]);
  });

  it('puts every object in a cluster by the stack’s own provider', () => {
    const elsewhere = kubernetes().filter(
      ({ provider }) => !provider.includes('pulumi:providers:kubernetes::'),
    );
    expect(elsewhere.map(({ urn }) => urn)).toEqual([]);
  });

  it('runs only restricted pods with requests and limits', () => {
    const pods = podSpecs(resources);
    expect(pods.map(({ name }) => name).sort()).toEqual([
      'echo',
      'injector',
      'kube-state-metrics',
      ...(stack === 'lab' ? ['node-echo', 'node-prober'] : []),
      'prometheus-operator',
      'source',
      'target',
    ]);
    for (const { pod } of pods) {
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        for (const kind of ['requests', 'limits'])
          expect(container.resources[kind]).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
        expect(container.imagePullPolicy).toBe('IfNotPresent');
      }
    }
  });

  it('restricts and limits the pods that the operator makes', () => {
    const servers = resources.filter(
      ({ type }) => /:(Prometheus|Alertmanager)$/.test(type) && type.startsWith('kubernetes:'),
    );
    expect(servers.map(({ name }) => name).sort()).toEqual(['longterm', 'main', 'main']);
    for (const { inputs } of servers) {
      expect(inputs.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        fsGroup: 65532,
      });
      expect(inputs.spec.resources).toMatchObject({
        requests: { cpu: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
      expect(inputs.metadata.annotations).toEqual({ 'pulumi.com/waitFor': 'condition=Available' });
    }
  });

  it('gives a service-account token only to what talks to the API server', () => {
    const withToken = podSpecs(resources).filter(({ pod }) => pod.automountServiceAccountToken !== false);
    expect(withToken.map(({ name }) => name).sort()).toEqual(['kube-state-metrics', 'prometheus-operator']);
  });

  it('admits only restricted pods into its namespaces', () => {
    const namespaces = resources.filter(({ type }) => type === 'kubernetes:core/v1:Namespace');
    expect(namespaces.map(({ inputs }) => inputs.metadata.name).sort()).toEqual([
      'continuous-load',
      'monitoring',
    ]);
    for (const { inputs } of namespaces)
      expect(inputs.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  it('lets every disruption budget allow a disruption and forbid an outage', () => {
    const replicas = (name: string) =>
      resources.find(
        (r) =>
          (r.type === 'kubernetes:apps/v1:Deployment' && r.name === name) ||
          (r.type.endsWith(':Alertmanager') && name === `alertmanager-${r.name}`),
      )?.inputs.spec.replicas;
    const budgets = resources.filter(({ type }) => type.endsWith(':PodDisruptionBudget'));
    expect(budgets.map(({ name }) => name).sort()).toEqual([
      ...(stack === 'prod' ? ['alertmanager-main'] : []),
      'echo',
      'injector',
      'source',
      'target',
    ]);
    for (const { name, inputs } of budgets) {
      expect(inputs.spec.maxUnavailable).toBeGreaterThanOrEqual(1);
      expect(inputs.spec.maxUnavailable).toBeLessThan(replicas(name));
    }
  });

  it('selects exactly its own pods by every Service and budget', () => {
    const labelsOf = podSpecs(resources).map(({ name }) => [
      name,
      resources.find((r) => r.type.startsWith('kubernetes:apps/v1:') && r.name === name)?.inputs.spec.template
        .metadata.labels,
    ]);
    for (const { type, inputs } of resources) {
      const selector = type.endsWith(':Service')
        ? inputs.spec.selector
        : type.endsWith(':PodDisruptionBudget')
          ? inputs.spec.selector.matchLabels
          : undefined;
      if (!selector || inputs.metadata.namespace !== 'continuous-load') continue;
      const selected = labelsOf.filter(([, labels]) =>
        Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      expect(selected.map(([workload]) => workload)).toEqual([
        inputs.metadata.labels['app.kubernetes.io/name'],
      ]);
    }
  });

  it('loads rules for every path', () => {
    const objects = resources.filter(({ type }) => type.endsWith(':PrometheusRule'));
    for (const name of usualPaths) {
      const groups = objects.find((one) => one.name === `continuous-load-${name}`)?.inputs.spec.groups ?? [];
      const alerts = groups.flatMap(({ rules }: any) => rules.map(({ alert }: any) => alert));
      expect([name, alerts]).toEqual([
        name,
        expect.arrayContaining(['PathDown', 'SloFastBurn', 'SloSlowBurn', 'ProbesMissing']),
      ]);
    }
  });

  it('sends metrics by address and probes by full name', () => {
    const injector = podSpecs(resources).find(({ name }) => name === 'injector')?.pod.containers[0];
    const env = Object.fromEntries(injector.env.map(({ name, value }: any) => [name, value]));
    expect(env.K6_OTEL_HTTP_EXPORTER_ENDPOINT).toBe('10.96.0.7:9090');
    expect(injector.env[0].name).toBe('POD_NAME');
    const source = podSpecs(resources).find(({ name }) => name === 'source')?.pod.containers[0];
    expect(source.args).toContain(
      '--backend-url=http://target.continuous-load.svc.cluster.local.:9898/api/echo',
    );
    expect(source.args).toContain('--http-client-timeout=1s');
  });

  it('keeps the configuration of Alertmanager and the kubeconfig secret', async () => {
    const config = resources.find(
      ({ type, name }) => type === 'kubernetes:core/v1:Secret' && name === 'alertmanager-main-config',
    );
    expect(
      isSecret(config?.inputs.stringData) || isSecret(config?.inputs.stringData['alertmanager.yaml']),
    ).toBe(true);
    const everythingElse = JSON.stringify(resources.filter((resource) => resource !== config));
    expect(everythingElse).not.toContain('s3cret');
    expect(await pulumi.isSecret(outputs.kubeconfig)).toBe(true);
  });
});

describe('the lab', () => {
  let resources: Registered[];
  let outputs: Awaited<ReturnType<typeof deployStack>>['outputs'];
  beforeAll(async () => {
    ({ resources, outputs } = await deployStack('lab'));
  });

  it('is one resource with its ports, and its kubeconfig is a secret output', () => {
    const labs = resources.filter(({ type }) => type === 'lab:index:Cluster');
    expect(labs).toHaveLength(1);
    expect(labs[0]?.inputs).toEqual({
      name: 'lab',
      nodes: 2,
      apiPort: 16443,
      ports: {
        prometheus: { hostPort: 19090, nodePort: 30090 },
        alertmanager: { hostPort: 19093, nodePort: 30093 },
        podinfo: { hostPort: 19898, nodePort: 30898 },
      },
    });
    expect(labs[0]?.secretOutputs).toEqual(['kubeconfig']);
  });

  it('takes everything inside along when it is deleted', () => {
    const lab = resources.find(({ type }) => type === 'lab:index:Cluster')?.urn;
    const left = resources.filter(
      ({ type, deletedWith }) => type.startsWith('kubernetes:') && deletedWith !== lab,
    );
    expect(left.map(({ urn }) => urn)).toEqual([]);
  });

  it('keeps its provider while it is the same cluster', () => {
    const provider = resources.find(({ type }) => type === 'pulumi:providers:kubernetes')?.inputs;
    expect(provider).toMatchObject({
      clusterIdentifier: 'lab:16443',
      deleteUnreachable: 'true',
      upsertExistingObjects: 'true',
    });
    expect(isSecret(provider.kubeconfig)).toBe(true);
  });

  it('runs images that its nodes have', () => {
    const images = podSpecs(resources).flatMap(({ pod }) => pod.containers.map(({ image }: any) => image));
    for (const image of images) expect(image).toMatch(/^continuous-load\.lab\//);
  });

  it('exposes what people open on fixed node ports', () => {
    const ports = resources
      .filter(({ type, inputs }) => type === 'kubernetes:core/v1:Service' && inputs.spec.type === 'NodePort')
      .map(({ name, inputs }) => [name, inputs.spec.ports[0].nodePort]);
    expect(Object.fromEntries(ports)).toEqual({
      source: 30898,
      'prometheus-main': 30090,
      'alertmanager-main': 30093,
    });
  });

  it('notifies the lab’s pager', () => {
    const config = resources.find(({ name }) => name === 'alertmanager-main-config')?.inputs;
    expect(plain(config).stringData['alertmanager.yaml']).toContain('http://10.96.0.99:9099/');
  });

  it('starts the operator only after its kinds and permissions', () => {
    const operator = resources.find(
      ({ type, name }) => type === 'kubernetes:apps/v1:Deployment' && name === 'prometheus-operator',
    );
    expect(operator?.dependencies.filter((urn) => urn.includes(':CustomResourceDefinition::'))).toHaveLength(
      7,
    );
    expect(operator?.dependencies.some((urn) => urn.includes(':ClusterRoleBinding::'))).toBe(true);
  });

  it('gives the outputs that commands read', async () => {
    expect(outputs.cluster).toEqual({ kind: 'lab', name: 'lab' });
    expect(outputs.paths).toEqual(usualPaths);
    expect(await valueOf(outputs.urls)).toEqual({
      prometheus: 'http://127.0.0.1:19090',
      alertmanager: 'http://127.0.0.1:19093',
      podinfo: 'http://127.0.0.1:19898',
    });
  });
});

describe('an existing cluster', () => {
  it('is neither made nor exposed, pulls public images and has its own definitions', async () => {
    const images = { k6: 'docker.io/example/k6:1', echo: 'docker.io/example/echo:1' };
    const config = ownersConfig('prod');
    pulumi.runtime.setAllConfig({
      ...config,
      'continuous-load:cluster': JSON.stringify({ kind: 'existing', name: 'prod', context: 'prod' }),
      'continuous-load:images': JSON.stringify(images),
    });
    const { resources } = await deploy(program, { stack: 'prod' });
    expect(resources.filter(({ type }) => /^(lab|k3d|aws|docker-build):/.test(type))).toEqual([]);
    expect(resources.filter(({ type }) => type.includes('CustomResourceDefinition'))).toEqual([]);
    expect(resources.filter(({ inputs }) => inputs.spec?.type === 'NodePort')).toEqual([]);
    const used = podSpecs(resources).flatMap(({ pod }) => pod.containers.map(({ image }: any) => image));
    for (const image of used)
      expect(image).toMatch(/^(ghcr\.io|docker\.io|quay\.io|registry\.k8s\.io)\/.+:v?\d/);
    const provider = resources.find(({ type }) => type === 'pulumi:providers:kubernetes')?.inputs;
    expect(provider).toMatchObject({ context: 'prod', clusterIdentifier: 'prod' });
  });
});

describe('a changed rate', () => {
  it('is another ConfigMap, so that the injectors roll', async () => {
    const configMap = (resources: Registered[]) =>
      resources.find(({ type, name }) => type === 'kubernetes:core/v1:ConfigMap' && name === 'injector')
        ?.inputs.metadata.name;
    const before = configMap((await deployStack('lab')).resources);
    const config = stackConfig('lab');
    pulumi.runtime.setAllConfig({
      ...config,
      'continuous-load:paths': JSON.stringify({ service: { rate: 8 } }),
    });
    const changed = await deploy(program);
    expect(configMap(changed.resources)).not.toBe(before);
    const injector = podSpecs(changed.resources).find(({ name }) => name === 'injector');
    expect(injector?.pod.volumes[0].configMap.name).toBe(configMap(changed.resources));
  });

  it('off stops every injector and leaves no alert of a path', async () => {
    pulumi.runtime.setAllConfig({
      ...stackConfig('lab'),
      'continuous-load:load': JSON.stringify({ enabled: false }),
    });
    const { resources } = await deploy(program);
    const injector = resources.find(
      ({ type, name }) => type === 'kubernetes:apps/v1:Deployment' && name === 'injector',
    );
    expect(injector?.inputs.spec.replicas).toBe(0);
    const rule = resources.find(
      ({ type, name }) => type.endsWith(':PrometheusRule') && name === 'continuous-load',
    );
    expect(JSON.stringify(rule?.inputs)).not.toMatch(/"(PathDown|ProbesMissing|SloFastBurn)"/);
  });
});
