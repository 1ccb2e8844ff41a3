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
  | 'kube-state-metrics';

/** What goes into an image besides what every image has (users, /tmp). */
export interface ImageRecipe {
  /** Programs and where they lie, the way the official image has it, so that the same manifests fit both. */
  readonly programs: Readonly<Partial<Record<ProgramName, string>>>;
  readonly entrypoint: readonly string[];
  /** Data files out of a family's cache entry. */
  readonly files?: readonly { readonly path: string; readonly family: FamilyName; readonly file: string }[];
  readonly workingDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directories?: readonly { readonly path: string; readonly mode: number; readonly owner: number }[];
}

/** The user and group that every image runs as. */
export const imageUser = 65532;

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
  echo: { programs: { echo: '/echo' }, entrypoint: ['/echo'] },
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
};
