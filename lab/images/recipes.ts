import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { envoyLibraries } from '../toolchain/envoy';
import type { FamilyName, ProgramName } from '../toolchain/programs';

/** An image of the lab. */
export type ImageName =
  | 'pause'
  | 'coredns'
  | 'podinfo'
  | 'k6'
  | 'echo'
  | 'prometheus'
  | 'alertmanager'
  | 'prometheus-operator'
  | 'prometheus-config-reloader'
  | 'kube-state-metrics'
  | OptionalImageName;

/** An image that is written only for stacks that ask for it, and imported only by their nodes. */
export type OptionalImageName = 'istiod' | 'istio-proxy';

/** What goes into an image besides what every image has (users, /tmp). */
export interface ImageRecipe {
  /** Programs and where they lie, the way the official image has it, so that the same manifests fit both. */
  readonly programs: Readonly<Partial<Record<ProgramName, string>>>;
  readonly entrypoint: readonly string[];
  /** Files out of a family's cache entry, out of Envoy's, or out of the unpacked Debian packages. */
  readonly files?: readonly {
    readonly path: string;
    readonly family: FamilyName | 'envoy' | 'debian';
    readonly file: string;
    /** Default 0644. */
    readonly mode?: number;
  }[];
  /** Small files of this product's own. */
  readonly texts?: readonly { readonly path: string; readonly content: string }[];
  readonly workingDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directories?: readonly { readonly path: string; readonly mode: number; readonly owner: number }[];
}

/** The user and group that every image runs as. */
export const imageUser = 65532;

/** Template of Envoy's configuration at start: how to reach the agent, which has the rest from istiod. */
const envoyBootstrap = readFileSync(join(__dirname, 'envoy-bootstrap.json.tmpl'), 'utf8');

/** Libraries and extensions of iptables that redirect a pod's traffic to its sidecar. */
const iptablesLibraries = ['libxtables.so.12', 'libmnl.so.0', 'libnftnl.so.11'];
const iptablesExtensions = [
  ...['standard', 'tcp', 'udp', 'owner', 'REDIRECT', 'conntrack', 'comment', 'mark', 'MARK', 'CONNMARK'],
  ...['connmark', 'TPROXY', 'socket'],
];

/** iptables as istio-iptables looks for it: one program under several names, since it goes by the name that it is called by. */
const iptables: NonNullable<ImageRecipe['files']> = [
  ...['iptables', 'ip6tables'].flatMap((program) =>
    ['', '-save', '-restore'].map((suffix) => ({
      path: `/usr/sbin/${program}-nft${suffix}`,
      family: 'debian' as const,
      file: 'usr/sbin/xtables-nft-multi',
      mode: 0o755,
    })),
  ),
  ...[...iptablesLibraries, ...iptablesExtensions.map((name) => `xtables/libxt_${name}.so`)].map((name) => ({
    path: `/usr/lib/x86_64-linux-gnu/${name}`,
    family: 'debian' as const,
    file: `usr/lib/x86_64-linux-gnu/${name}`,
  })),
];

/** Every image of the lab. */
export const recipes: Readonly<Record<ImageName, ImageRecipe>> = {
  pause: { programs: { 'lab-init': '/lab-init' }, entrypoint: ['/lab-init', 'pause'] },
  coredns: { programs: { coredns: '/coredns' }, entrypoint: ['/coredns'] },
  podinfo: {
    programs: { podinfo: '/home/app/podinfo' },
    entrypoint: ['/home/app/podinfo'],
    workingDirectory: '/home/app',
    // The page a browser gets; podinfo reads it from ./ui.
    files: [{ path: '/home/app/ui/vue.html', family: 'podinfo', file: 'vue.html' }],
    directories: [{ path: '/data', mode: 0o1777, owner: 0 }],
  },
  k6: { programs: { k6: '/usr/bin/k6' }, entrypoint: ['/usr/bin/k6'], environment: { HOME: '/tmp' } },
  // One image for both: a node that answers probes sends some too.
  echo: { programs: { echo: '/echo', 'node-prober': '/node-prober' }, entrypoint: ['/echo'] },
  prometheus: {
    programs: { prometheus: '/bin/prometheus', promtool: '/bin/promtool' },
    entrypoint: ['/bin/prometheus'],
    workingDirectory: '/prometheus',
    directories: [{ path: '/prometheus', mode: 0o755, owner: imageUser }],
  },
  alertmanager: {
    programs: { alertmanager: '/bin/alertmanager' },
    entrypoint: ['/bin/alertmanager'],
    workingDirectory: '/alertmanager',
    directories: [{ path: '/alertmanager', mode: 0o755, owner: imageUser }],
  },
  'prometheus-operator': {
    programs: { 'prometheus-operator': '/bin/operator' },
    entrypoint: ['/bin/operator'],
  },
  'prometheus-config-reloader': {
    programs: { 'prometheus-config-reloader': '/bin/prometheus-config-reloader' },
    entrypoint: ['/bin/prometheus-config-reloader'],
  },
  'kube-state-metrics': {
    programs: { 'kube-state-metrics': '/kube-state-metrics' },
    entrypoint: ['/kube-state-metrics'],
  },
  istiod: {
    programs: { 'pilot-discovery': '/usr/local/bin/pilot-discovery' },
    entrypoint: ['/usr/local/bin/pilot-discovery'],
  },
  'istio-proxy': {
    programs: { 'pilot-agent': '/usr/local/bin/pilot-agent' },
    entrypoint: ['/usr/local/bin/pilot-agent'],
    files: [
      { path: '/usr/local/bin/envoy', family: 'envoy', file: 'envoy', mode: 0o755 },
      ...envoyLibraries.map((library) => ({
        path: library.startsWith('ld-') ? `/lib64/${library}` : `/lib/x86_64-linux-gnu/${library}`,
        family: 'envoy' as const,
        file: `lib/${library}`,
        mode: 0o755,
      })),
      ...iptables,
    ],
    // Where pilot-agent looks for it; upstream ships its own only in its image.
    texts: [{ path: '/var/lib/istio/envoy/envoy_bootstrap_tmpl.json', content: envoyBootstrap }],
    // pilot-agent names the build of Envoy to istiod, and asks Envoy itself when nobody says.
    environment: { ISTIO_META_ISTIO_PROXY_SHA: 'stock' },
    directories: [{ path: '/etc/istio/proxy', mode: 0o1777, owner: 0 }],
  },
};

/** Images that a stack has to ask for. */
export const optionalImageNames = ['istiod', 'istio-proxy'] as const satisfies readonly OptionalImageName[];
