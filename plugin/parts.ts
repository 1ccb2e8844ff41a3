import type { SectionName } from '../settings/schema';
import type { PartName } from './part-name';

/** An argument of a component that is no section of a stack's config of the same name: what it is there, and its words. */
export interface OwnArgument {
  readonly name: string;
  /** Key of a stack's config that it stands for, whose description, bounds and default it has; absent where it is no such key. */
  readonly config?: string;
  /** Its description, where a stack's config has none, or another. */
  readonly description?: string;
  readonly type?: string;
  readonly required?: true;
}

/** What one component takes. */
export interface Part {
  /** Sections of a stack's config, with all of their keys. */
  readonly sections: readonly SectionName[];
  readonly own: readonly OwnArgument[];
  /** Whether only those paths are probed, or shown, that are named. */
  readonly onlyNamedPaths: boolean;
}

const clusterName: OwnArgument = {
  name: 'clusterName',
  config: 'cluster.name',
  type: 'string',
  description: 'What metrics call the cluster. Left out: the name of the Pulumi stack.',
};

/** The components that other programs may use, and what each takes. */
export const parts: Readonly<Record<PartName, Part>> = {
  ContinuousLoad: {
    sections: [
      'paths',
      'targets',
      'period',
      'load',
      'injector',
      'podinfo',
      'echo',
      'nodeProber',
      'gateway',
      'mesh',
      'networkPolicies',
      'images',
      'monitoring',
      'alerts',
      'dashboards',
      'chaos',
    ],
    own: [clusterName],
    onlyNamedPaths: false,
  },
  LoadInjector: {
    sections: ['paths', 'targets', 'load', 'injector', 'podinfo', 'echo', 'images', 'networkPolicies'],
    own: [
      {
        name: 'otlp',
        config: 'monitoring.otlp',
        description: 'Where k6 pushes what it counts: an OTLP/HTTP receiver of metrics.',
        required: true,
      },
    ],
    onlyNamedPaths: true,
  },
  PodinfoPair: { sections: ['podinfo'], own: [], onlyNamedPaths: true },
  Dashboard: {
    sections: ['paths', 'targets', 'period', 'dashboards'],
    own: [
      {
        name: 'namespace',
        type: 'string',
        required: true,
        description: 'Namespace of the ConfigMaps or GrafanaDashboards; it must be there.',
      },
    ],
    onlyNamedPaths: true,
  },
};
