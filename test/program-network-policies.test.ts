import * as pulumi from '@pulumi/pulumi';
import { workload as workloadOf } from '../policies/lib/workloads';
import { program } from '../program';
import { crdFixture } from './components/crd-fixture';
import { deploy, encodeConfig, plain, type Registered } from './deploy';
import { allows, isAbout, isPeer, type NetworkPolicy, type Pod } from './network/evaluator';

const mockFixture = crdFixture();
jest.mock('../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
  meshCrds: () => mockFixture,
}));

const on = { enabled: true };
/** A lab with all there is. */
const everything = {
  cluster: { kind: 'lab', nodes: 2 },
  networkPolicies: { enabled: true, readers: ['grafana'] },
  paths: { ingress: on, 'ingress-external': on },
  mesh: on,
  chaos: on,
  monitoring: { alertmanagerReplicas: 2 },
};

interface Workload extends Pod {
  /** Container ports by name. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Ports of what the operator makes: v0.93, `pkg/prometheus/server/statefulset.go` and `pkg/alertmanager/operator.go`. */
const operated: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Prometheus: { web: 9090, 'reloader-web': 8080 },
  Alertmanager: { web: 9093, 'reloader-web': 8080, mesh: 9094 },
};

async function deployed(sections: Record<string, unknown>) {
  const keyed = Object.entries(sections).map(([key, value]) => [`continuous-load:${key}`, value]);
  pulumi.runtime.setAllConfig(encodeConfig(Object.fromEntries(keyed)));
  const { resources } = await deploy(program);
  const objects = resources.map((resource) => ({ ...resource, inputs: plain(resource.inputs) }));
  const of = (kind: string) =>
    objects.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ inputs }) => inputs);
  return {
    objects,
    of,
    policies: of('NetworkPolicy') as NetworkPolicy[],
    workloads: objects.flatMap(toWorkload),
  };
}

function toWorkload({ type, urn, name, inputs }: Registered): Workload[] {
  const kind = type.split(':').at(-1) ?? '';
  const group = type.includes('monitoring.coreos.com') ? 'monitoring.coreos.com' : 'apps';
  const found =
    inputs?.spec && inputs.metadata?.namespace
      ? workloadOf({ urn, kind, group, name, namespace: inputs.metadata.namespace, value: inputs } as never)
      : undefined;
  if (!found) return [];
  const pod = found.pod as any;
  const containers = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
  const ports = Object.fromEntries(
    containers.flatMap(({ ports: own = [] }: any) => own.map((port: any) => [port.name, port.containerPort])),
  );
  const { namespace } = inputs.metadata;
  // The operator's own way to name them: two servers of one name would be one here.
  const own = kind in operated ? `${kind.toLowerCase()}-${inputs.metadata.name}` : inputs.metadata.name;
  return [{ name: own, namespace, labels: found.labels, ports: operated[kind] ?? ports }];
}

const stranger: Pod = { name: 'stranger', namespace: 'default', labels: { app: 'stranger' } };
const coreDns: Pod = { name: 'coredns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
/** Envoy's and the agent's metrics, merged at a port that a sidecar does not declare. */
const sidecarMetrics = 15020;

describe('a lab with all there is', () => {
  let stack: Awaited<ReturnType<typeof deployed>>;
  beforeAll(async () => {
    stack = await deployed(everything);
  });
  const named = (name: string) => {
    const found = stack.workloads.filter((each) => each.name === name);
    expect([name, found.length]).toEqual([name, 1]);
    return found[0]!;
  };
  const prometheus = () => named('prometheus-main');

  it('guards each workload by a policy of its own, and each namespace by a default deny', () => {
    expect(stack.workloads).toHaveLength(19);
    for (const workload of stack.workloads) {
      const about = stack.policies
        .filter((policy) => isAbout(policy, workload))
        .map(({ metadata }) => metadata.name);
      expect([workload.name, about.length, about.includes('default-deny')]).toEqual([workload.name, 2, true]);
    }
    for (const { spec } of stack.policies) expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it('leaves somebody a way to each port of each Service', () => {
    const uncalled: string[] = [];
    for (const service of stack.of('Service')) {
      const { selector, ports } = service.spec;
      if (!selector) continue;
      const behind = stack.workloads.filter(
        ({ namespace, labels }) =>
          namespace === service.metadata.namespace &&
          Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      expect([service.metadata.name, behind.length]).toEqual([service.metadata.name, 1]);
      for (const { targetPort, protocol } of ports) {
        const number = typeof targetPort === 'number' ? targetPort : behind[0]!.ports[targetPort];
        const callers = stack.workloads.filter((from) =>
          allows(stack.policies, from, behind[0]!, number!, protocol),
        );
        if (callers.length === 0) uncalled.push(`${service.metadata.name}:${number}`);
      }
    }
    // podinfo's Service has both, and nobody calls gRPC but of target.
    expect(uncalled.sort()).toEqual(['source-ingress:9999', 'source:9999']);
  });

  it('lets Prometheus scrape everything that it finds', () => {
    const targets = stack.of('PodMonitor').flatMap(({ metadata, spec }) =>
      stack.workloads
        .filter(({ namespace, labels }) => {
          const within = spec.namespaceSelector?.matchNames ?? [metadata.namespace];
          return (
            within.includes(namespace) &&
            isPeer({ podSelector: spec.selector }, { name: '', namespace, labels }, namespace)
          );
        })
        .flatMap((workload) =>
          spec.podMetricsEndpoints.flatMap(({ port }: any) => {
            const number = port === 'http-envoy-prom' ? sidecarMetrics : workload.ports[port];
            return number === undefined ? [] : [{ workload, number }];
          }),
        ),
    );
    expect(targets.length).toBeGreaterThan(20);
    for (const { workload, number } of targets) {
      // Itself it reaches without leaving its pod.
      if (workload.name === 'prometheus-main') continue;
      const open = allows(stack.policies, prometheus(), workload, number);
      expect([workload.name, number, open]).toEqual([workload.name, number, true]);
    }
  });

  it('has no rule that nothing uses: whoever is named is there, with that port, and both ends agree', () => {
    const pods = [...stack.workloads, { ...coreDns, ports: { dns: 53, metrics: 9153 } }];
    for (const { metadata, spec } of stack.policies) {
      const self = stack.workloads.find((each) => isAbout({ metadata, spec }, each))!;
      for (const [direction, rules] of [
        ['ingress', spec.ingress ?? []],
        ['egress', spec.egress ?? []],
      ] as const)
        for (const rule of rules)
          for (const peer of (direction === 'ingress' ? rule.from : rule.to) ?? []) {
            if (peer.ipBlock || JSON.stringify(peer).includes('grafana')) continue;
            const others = pods.filter((each) => isPeer(peer, each, metadata.namespace));
            const what = `${metadata.name} ${direction} ${JSON.stringify(peer)}`;
            expect([what, others.length]).toEqual([what, 1]);
            for (const { port, protocol } of rule.ports ?? []) {
              const [from, to] = direction === 'ingress' ? [others[0]!, self] : [self, others[0]!];
              const declared = [
                ...Object.values(
                  pods.find((each) => each.name === to.name && each.namespace === to.namespace)!.ports,
                ),
                sidecarMetrics,
              ];
              expect([what, port, declared.includes(port!)]).toEqual([what, port, true]);
              expect([what, port, allows(stack.policies, from, to, port!, protocol)]).toEqual([
                what,
                port,
                true,
              ]);
            }
          }
    }
  });

  it('refuses what nobody needs', () => {
    const { policies } = stack;
    const all = stack.workloads.flatMap((to) => Object.values(to.ports).map((port) => [to, port] as const));
    for (const [to, port] of all) {
      expect([to.name, port, allows(policies, stranger, to, port)]).toEqual([to.name, port, false]);
      expect([to.name, port, allows(policies, named('target'), to, port)]).toEqual([to.name, port, false]);
    }
    const reached = (from: Workload) => [
      ...new Set(
        all
          .filter(([to, port]) => allows(policies, from, to, port))
          .map(([to, port]) => `${to.name}:${port}`),
      ),
    ];
    expect(reached(named('source')).sort()).toEqual(['target:9898']);
    expect(reached(named('gateway')).sort()).toEqual(['istiod:15012', 'target:9898']);
    expect(reached(named('injector')).sort()).toEqual([
      'echo:9007',
      'echo:9008',
      'echo:9009',
      'gateway:8080',
      'mesh-source-retry:9898',
      'mesh-source:9898',
      'mesh-stranger:9898',
      'mesh-target:9898',
      'prometheus-main:9090',
      'source-ingress:9898',
      'source:9898',
      'target:9898',
      'target:9999',
    ]);
    expect(allows(policies, named('injector'), coreDns, 53, 'UDP')).toBe(true);
    expect(allows(policies, named('target'), coreDns, 53, 'UDP')).toBe(false);
  });

  it('keeps addresses to the control plane and to the machines of the lab', () => {
    const blocks = stack.policies.flatMap(({ metadata, spec }) =>
      [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(({ from = [], to = [], ports = [] }) =>
        [...from, ...to].flatMap(({ ipBlock }) =>
          ipBlock
            ? [
                `${metadata.name} ${ipBlock.cidr.replace(/\d+\.0\/24$/, 'N')} ${ports.map(({ port }) => port).join()}`,
              ]
            : [],
        ),
      ),
    );
    expect(blocks.map((each) => each.replace(/172\.30\.\d+\.1\/32/, 'cp')).sort()).toMatchSnapshot();
  });

  it('denies only when all that is needed is allowed', () => {
    for (const { name, dependencies } of stack.objects.filter(({ name }) =>
      name.startsWith('default-deny'),
    )) {
      const after = dependencies.filter(
        (urn) => urn.includes('NetworkPolicy::') && !urn.includes('default-deny'),
      );
      expect([name, after.length]).toEqual([name, 19]);
    }
    expect(stack.objects.find(({ type }) => type === 'lab:index:Cluster')?.inputs.networkPolicies).toBe(true);
  });
});

it('a lab has no policies, and nothing that keeps them, unless it is asked for', async () => {
  const { policies, objects } = await deployed({ cluster: { kind: 'lab' } });
  expect(policies).toEqual([]);
  expect(objects.find(({ type }) => type === 'lab:index:Cluster')?.inputs).not.toHaveProperty(
    'networkPolicies',
  );
});
