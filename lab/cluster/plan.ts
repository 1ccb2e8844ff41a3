/** What `lab-init` carries out for one machine; the same shape as `Plan` of lab/toolchain/init/plan.go. */
export interface Plan {
  readonly hostname: string;
  readonly networkNamespace: string;
  readonly cgroupProcs: readonly string[];
  readonly cgroupNamespace: boolean;
  readonly listeners: readonly { readonly name: string; readonly address: string }[];
  readonly openFiles: number;
  readonly log: string;
  readonly root: readonly Step[];
  readonly services: readonly Service[];
}

/** One operation of building a machine's root, done in order. */
export interface Step {
  readonly do:
    'mount' | 'unmount' | 'directory' | 'write' | 'copy' | 'remove' | 'link' | 'join-cgroup' | 'pivot';
  readonly path: string;
  readonly source?: string;
  readonly type?: string;
  readonly flags?: readonly string[];
  readonly data?: string;
  readonly content?: string;
  readonly lenient?: boolean;
}

/** One supervised program of a machine. */
export interface Service {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly log: string;
  /** Names of services that must be ready (or done, when they run once) before. */
  readonly after?: readonly string[];
  readonly once?: boolean;
  /** A command that succeeds when the service is ready; without one it is ready at once. */
  readonly ready?: readonly string[];
  readonly listeners?: readonly string[];
}

/** Open files of a machine's processes: kubelet and containerd want many, and a plain host gives 20 000 without more rights. */
export const openFiles = 20000;
