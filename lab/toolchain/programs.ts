/** One program compiled out of a family's module. */
export interface Program {
  /** The Go package that is its `main`. */
  readonly package: string;
  /** The version that its module is pinned to, as people know it; none for our own. */
  readonly version?: string;
  /** Seconds to compile it on two cores from an empty Go cache, after the programs before it in this table. */
  readonly estimateSeconds: number;
  readonly tags?: readonly string[];
  /** Linker flags beyond `-s -w`. */
  readonly ldflags?: readonly string[];
  /** Names under which a multi-call program is linked beside itself. */
  readonly links?: readonly string[];
}

/**
 * A data file kept beside a family's programs: printed by one of them, copied out of a module they are compiled from, or a JSON list
 * of the CustomResourceDefinitions that lie as YAML in such a module.
 */
export type Product = { readonly file: string } & (
  | { readonly printedBy: string }
  | { readonly module: string; readonly path: string }
  | { readonly module: string; readonly definitions: readonly string[] }
);

/** A Go module, its directory counted from `lab/toolchain`, and what is compiled from it. */
export interface ProgramFamily {
  readonly directory: string;
  readonly programs: Readonly<Record<string, Program>>;
  readonly products?: readonly Product[];
  /** Compiled only where a stack asks for it: `all` leaves it out. */
  readonly optional?: true;
}

const prometheusTags = ['netgo', 'remove_all_sd', 'enable_kubernetes_sd'];
const pulumiVersion = '3.259.0';
const kubernetesVersion = '1.34.4';
/** Upstream's own tags: generated code instead of reflection for the messages of xDS, and no validators that nobody calls. */
const istioTags = ['vtprotobuf', 'disable_pgv'];
const gatewayKinds = ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'];

/** What a release build sets: kubelet reports it as the node's version, by which others decide what a node can do. */
function kubernetesVersionFlags(version: string): string[] {
  const [major, minor] = version.split('.');
  const set = (name: string, value: string | undefined) =>
    `-X k8s.io/component-base/version.${name}=${value}`;
  return [
    set('gitVersion', `v${version}`),
    set('gitMajor', major),
    set('gitMinor', minor),
    set('gitTreeState', 'clean'),
  ];
}

const table = {
  init: { directory: 'init', programs: { 'lab-init': { package: '.', estimateSeconds: 6 } } },
  etcd: { directory: 'etcd', programs: { etcd: { package: '.', version: '3.6.4', estimateSeconds: 37 } } },
  kubernetes: {
    directory: 'kubernetes',
    programs: {
      kube: {
        package: '.',
        version: kubernetesVersion,
        estimateSeconds: 302,
        ldflags: kubernetesVersionFlags(kubernetesVersion),
        links: [
          'kube-apiserver',
          'kube-controller-manager',
          'kube-scheduler',
          'kubelet',
          'kube-proxy',
          'kubectl',
        ],
      },
    },
  },
  // One module for what upstream runs in pods, so that what they are made of (Kubernetes' client above all) is compiled once.
  coredns: {
    directory: 'pods',
    programs: { coredns: { package: './coredns', version: '1.15.0', estimateSeconds: 66 } },
  },
  podinfo: {
    directory: 'podinfo',
    programs: {
      podinfo: {
        package: 'github.com/stefanprodan/podinfo/cmd/podinfo',
        version: '6.9 (e86405a8674e)',
        estimateSeconds: 19,
      },
    },
    products: [{ file: 'vue.html', module: 'github.com/stefanprodan/podinfo', path: 'ui/vue.html' }],
  },
  // Our own module: k6 with the extension built in, the echo server, and the prober of the nodes.
  extension: {
    directory: '../../extension',
    programs: {
      k6: { package: './cmd/k6', version: '2.2.0', estimateSeconds: 58 },
      echo: { package: './cmd/echo', estimateSeconds: 4 },
      'node-prober': { package: './cmd/node-prober', estimateSeconds: 3 },
    },
  },
  prometheus: {
    directory: 'pods',
    programs: {
      prometheus: {
        package: 'github.com/prometheus/prometheus/cmd/prometheus',
        version: '3.14.0',
        estimateSeconds: 80,
        tags: prometheusTags,
      },
      promtool: {
        package: 'github.com/prometheus/prometheus/cmd/promtool',
        version: '3.14.0',
        estimateSeconds: 4,
        tags: prometheusTags,
      },
    },
  },
  pulumi: {
    directory: 'pulumi',
    programs: {
      pulumi: {
        package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
        version: pulumiVersion,
        estimateSeconds: 190,
        tags: ['osusergo', 'grpcnotrace'],
        ldflags: [`-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`],
      },
    },
  },
  'prometheus-operator': {
    directory: 'pods',
    programs: {
      'prometheus-operator': {
        package: 'github.com/prometheus-operator/prometheus-operator/cmd/operator',
        version: '0.93.0',
        estimateSeconds: 60,
      },
      'prometheus-config-reloader': {
        package: 'github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader',
        version: '0.93.0',
        estimateSeconds: 5,
      },
      crds: { package: './crds', version: '0.93.0', estimateSeconds: 3 },
    },
    products: [{ file: 'crds.json', printedBy: 'crds' }],
  },
  alertmanager: {
    directory: 'alertmanager',
    programs: {
      alertmanager: {
        package: 'github.com/prometheus/alertmanager/cmd/alertmanager',
        version: '0.31.1',
        estimateSeconds: 27,
        tags: ['netgo'],
      },
    },
  },
  'kube-state-metrics': {
    directory: 'pods',
    programs: {
      'kube-state-metrics': {
        package: 'k8s.io/kube-state-metrics/v2',
        version: '2.20.0',
        estimateSeconds: 15,
      },
    },
  },
  istio: {
    directory: 'istio',
    programs: {
      'pilot-discovery': {
        package: 'istio.io/istio/pilot/cmd/pilot-discovery',
        version: '1.31-dev (eed52ebb66ad)',
        estimateSeconds: 235,
        tags: istioTags,
      },
      'pilot-agent': {
        package: 'istio.io/istio/pilot/cmd/pilot-agent',
        version: '1.31-dev (eed52ebb66ad)',
        estimateSeconds: 7,
        tags: istioTags,
      },
    },
    products: [
      {
        file: 'gateway-crds.json',
        module: 'sigs.k8s.io/gateway-api',
        definitions: gatewayKinds.map((kind) => `config/crd/standard/gateway.networking.k8s.io_${kind}.yaml`),
      },
      {
        file: 'mesh-crds.json',
        module: 'istio.io/api',
        definitions: ['kubernetes/customresourcedefinitions.gen.yaml'],
      },
    ],
    optional: true,
  },
  // Our own module, run on each node of a lab whose stack wants its NetworkPolicies kept.
  'network-policies': {
    directory: 'network-policies',
    programs: { 'policy-enforcer': { package: '.', estimateSeconds: 45 } },
    optional: true,
  },
  // For tests of what is written for k3d: users bring their own.
  k3d: {
    directory: 'k3d',
    programs: {
      k3d: {
        package: 'github.com/k3d-io/k3d/v5',
        version: '5.9.0',
        estimateSeconds: 60,
        ldflags: ['-X github.com/k3d-io/k3d/v5/version.Version=v5.9.0'],
      },
      'k3d-config': { package: './config', version: '5.9.0', estimateSeconds: 5 },
    },
    optional: true,
  },
  // For the test of what is written for Istio's charts: Pulumi's provider renders them by itself.
  helm: {
    directory: 'helm',
    programs: { helm: { package: 'helm.sh/helm/v4/cmd/helm', version: '4.3.1', estimateSeconds: 150 } },
    optional: true,
  },
  // For tests of the components in programs that are YAML: users' CLIs bring it along.
  'pulumi-yaml': {
    directory: 'pulumi-yaml',
    programs: {
      'pulumi-language-yaml': {
        package: 'github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml',
        version: '1.32.0',
        estimateSeconds: 110,
        tags: ['osusergo', 'grpcnotrace'],
      },
    },
    optional: true,
  },
} as const satisfies Record<string, ProgramFamily>;

/** A program family: one wrapper module, one cache entry. */
export type FamilyName = keyof typeof table;

type ProgramsOf<Family> = Family extends { programs: infer Programs } ? keyof Programs & string : never;

/** A program of the lab. */
export type ProgramName = { [Name in FamilyName]: ProgramsOf<(typeof table)[Name]> }[FamilyName];

/** Every family, in the order in which it is compiled. */
export const families: Readonly<Record<FamilyName, ProgramFamily>> = table;

/** Every program, in the order in which it is compiled. */
export const programNames = Object.values(families).flatMap((family) =>
  Object.keys(family.programs),
) as ProgramName[];

/** The programs that no stack has to ask for: those of families that are not optional. */
export const usualProgramNames = programNames.filter((name) => families[familyOf(name)].optional !== true);

/** The family that a program is compiled from; throws a TypeError for a name outside the table. */
export function familyOf(program: ProgramName): FamilyName {
  for (const [name, family] of Object.entries(families))
    if (program in family.programs) return name as FamilyName;
  throw new TypeError(`no program family holds "${program}"`);
}
