/** What a command is about to do, and so what the machine must have. */
export type Purpose = 'up' | 'preview';

/** Kernel features that the lab is built from. */
export const kernelFeatures = ['namespaces', 'bridge', 'veth', 'overlay', 'nat'] as const;
export type KernelFeature = (typeof kernelFeatures)[number];

/** A port of 127.0.0.1 that the stack asks for. */
export interface WantedPort {
  /** Config key that changes it, such as `cluster.ports.api`. */
  readonly key: string;
  readonly port: number;
}

/** A process that listens on a port; the id is unknown to a user who may not look. */
export interface PortHolder {
  readonly pid: number | undefined;
  /** Its whole command line: a lab's own relay is known by the directory in it, wherever that lies. */
  readonly command: string | undefined;
}

/** Free space where something is going to be written. */
export interface DiskSpace {
  /** What the space is for. */
  readonly purpose: string;
  readonly directory: string;
  readonly freeBytes: number;
  readonly neededBytes: number;
  /** Environment variable that moves the directory. */
  readonly variable: string;
}

/** Everything a preflight looks at; plain values, so that each refusal can be tested. */
export interface MachineFacts {
  readonly purpose: Purpose;
  readonly platform: string;
  readonly arch: string;
  /** Effective user id. */
  readonly uid: number;
  readonly nodeVersion: string;
  /** ID and ID_LIKE of /etc/os-release, and its PRETTY_NAME. */
  readonly distribution: { readonly ids: readonly string[]; readonly name: string };
  /** Programs that are not on PATH, with the Debian package that holds each. */
  readonly missingTools: readonly { readonly name: string; readonly package: string }[];
  /** What is wrong with Go, in a sentence; undefined when it is right or nothing must be compiled. */
  readonly go: string | undefined;
  /** What the kernel said to each feature that did not work. */
  readonly kernel: Partial<Readonly<Record<KernelFeature, string>>>;
  /** cgroup controllers that are needed and in no mounted hierarchy. */
  readonly missingControllers: readonly string[];
  /** Type of the file system of the state directory when it is one that a lab cannot live on. */
  readonly stateFileSystem: string | undefined;
  readonly disks: readonly DiskSpace[];
  readonly takenPorts: readonly (WantedPort & { readonly holder: PortHolder })[];
  /** What an old lab left, one a line, when there is no lab to go on with. */
  readonly leftovers: readonly string[];
  readonly stack: string;
  /** Where the user writes the stack's config. */
  readonly configFile: string;
}
