import { contextsOf, isContents } from '../kubeconfig';
import { runsPrometheus } from '../monitoring-schema';
import type { Problem } from '../problem';
import { formatSize } from '../units';
import type { Contradiction } from './contradiction';

/** Size of one of the lab's local volumes, in bytes. */
export const labVolumeBytes = 10 * 2 ** 30;

/** What is wrong with a kubeconfig whose contents are written; a path is looked at by whoever runs the stack. */
function wrongContents(kubeconfig: string, context: string | undefined): Problem | undefined {
  if (!isContents(kubeconfig)) return undefined;
  const hidden = true;
  const names = contextsOf(kubeconfig);
  if (names === undefined)
    return {
      field: 'cluster.kubeconfig',
      hidden,
      allowed: 'the path of a kubeconfig, or its contents with contexts',
      mend: 'take what `kubectl config view --raw --flatten --minify` prints',
    };
  if (context === undefined || names.includes(context)) return undefined;
  return {
    field: 'cluster.context',
    value: context,
    allowed: `one of the contexts in cluster.kubeconfig: ${names.join(', ')}`,
    mend: 'name the one that is meant',
  };
}

/** Contradictions of the section `cluster` with itself and with others. */
export const clusterContradictions: readonly Contradiction[] = [
  {
    uses: ['cluster.ports'],
    find: ({ cluster }) => {
      if (!('ports' in cluster)) return [];
      const ports = Object.entries(cluster.ports);
      return ports.flatMap(([name, port], index) => {
        const first = ports.findIndex(([, other]) => other === port);
        if (first === index) return [];
        const holder = `cluster.ports.${ports[first]?.[0] ?? ''}`;
        return [
          {
            field: `cluster.ports.${name}`,
            value: port,
            allowed: `another port than ${holder}`,
            mend: 'change one of the two',
          },
        ];
      });
    },
  },
  {
    uses: ['cluster.kubeconfig', 'cluster.context', 'cluster.inCluster'],
    find: ({ cluster }) => {
      if (cluster.kind !== 'existing' || !cluster.inCluster) return [];
      if (cluster.kubeconfig === undefined && cluster.context === undefined) return [];
      return [
        {
          field: 'cluster.inCluster',
          value: true,
          allowed: 'false where cluster.kubeconfig or cluster.context says which cluster is meant',
          mend: 'keep one of the two ways',
        },
      ];
    },
  },
  {
    uses: ['cluster.kubeconfig', 'cluster.context', 'cluster.inCluster'],
    find: ({ cluster }) =>
      cluster.kind !== 'existing' ||
      cluster.inCluster ||
      cluster.kubeconfig !== undefined ||
      cluster.context !== undefined
        ? []
        : [
            {
              field: 'cluster.context',
              allowed:
                'given, or cluster.kubeconfig, or cluster.inCluster: a cluster is never chosen by what kubectl happens to point at',
              mend: 'name one of `kubectl config get-contexts`',
            },
          ],
  },
  {
    uses: ['cluster.kubeconfig', 'cluster.context'],
    find: ({ cluster }) => {
      if (cluster.kind !== 'existing' || cluster.kubeconfig === undefined) return [];
      const wrong = wrongContents(cluster.kubeconfig, cluster.context);
      return wrong === undefined ? [] : [wrong];
    },
  },
  {
    uses: ['cluster.version', 'cluster.image'],
    find: ({ cluster }) =>
      cluster.kind !== 'k3d' || cluster.version === undefined || cluster.image === undefined
        ? []
        : [
            {
              field: 'cluster.version',
              value: cluster.version,
              allowed: 'left out where cluster.image says which k3s the nodes run',
              mend: 'remove one of the two',
            },
          ],
  },
  {
    uses: ['cluster.disable'],
    find: ({ cluster }) =>
      cluster.kind !== 'k3d'
        ? []
        : cluster.disable.flatMap((part, index) =>
            cluster.disable.indexOf(part) === index
              ? []
              : [
                  {
                    field: `cluster.disable[${index}]`,
                    value: part,
                    allowed: 'named once',
                    mend: 'remove the second',
                  },
                ],
          ),
  },
  {
    uses: ['cluster', 'testTimeScale'],
    find: ({ cluster, testTimeScale }) =>
      cluster.kind === 'lab' || testTimeScale === 1
        ? []
        : [
            {
              field: 'testTimeScale',
              value: testTimeScale,
              allowed: '1 outside the lab: shortened burn windows page for nothing',
              mend: 'leave it out',
            },
          ],
  },
  {
    uses: ['cluster', 'monitoring.storage'],
    find: ({ cluster, monitoring }) => {
      if (cluster.kind !== 'lab' || !runsPrometheus(monitoring)) return [];
      const { storage } = monitoring;
      return [
        ...(storage.size <= labVolumeBytes
          ? []
          : [
              {
                field: 'monitoring.storage.size',
                value: formatSize(storage.size),
                allowed: `at most ${formatSize(labVolumeBytes)} on the lab, whose volumes are made beforehand`,
                mend: 'lower it, or use an existing cluster',
              },
            ]),
        ...(storage.class === undefined
          ? []
          : [
              {
                field: 'monitoring.storage.class',
                value: storage.class,
                allowed: 'left out on the lab, which has one class of its own',
                mend: 'remove it',
              },
            ]),
      ];
    },
  },
];
