import { istiodName, istiodOf } from '../../components/istio/part';
import { watchedFrom } from '../../components/monitoring/watched-from';
import { namespaceNames } from '../../components/names';
import { isMeshPath, type PathName, pathNames, pathRow } from '../../signals/paths';
import { meshNamespace } from '../../signals/targets';
import { type ControlPlaneKind, controlPlaneOn, istioNamespace } from '../control-plane-schema';
import { labelName } from '../kubernetes-names';
import type { Problem } from '../problem';
import type { Config } from '../schema';
import { dayMs, formatDuration } from '../units';
import type { Contradiction } from './contradiction';

type Guarding = Pick<Config['mesh'], 'mode' | 'peerAuthentication'>;

/** Whether a path is probed without being asked for: with a mesh those through it, and what that mesh refuses so that a probe can tell. */
export function comesWithMesh(path: PathName, mesh: Guarding & Pick<Config['mesh'], 'enabled'>): boolean {
  return isMeshPath(path) && mesh.enabled && unguarded(path, mesh) === undefined;
}

/** Why a path that expects to be refused cannot be probed in this mesh, and what would mend it; undefined where it can. */
function unguarded(
  path: PathName,
  { mode, peerAuthentication }: Guarding,
): { because: string; mend: string } | undefined {
  const { refuses } = pathRow(path);
  if (refuses === 'plaintext' && peerAuthentication !== 'STRICT')
    return {
      because: `mesh.peerAuthentication is ${peerAuthentication}: plaintext is taken then, and the path would be down for ever`,
      mend: 'write mesh.peerAuthentication: STRICT',
    };
  if (refuses === 'stranger' && mode === 'ambient')
    return {
      because:
        'mesh.mode is ambient: ztunnel cuts a stranger’s connection, which looks to mesh-stranger as if target were gone, and the path would be down for ever',
      mend: 'write mesh.mode: sidecar',
    };
  return undefined;
}

/** Paths through a mesh that is not there. */
const withoutMesh: readonly Contradiction[] = pathNames.filter(isMeshPath).map((path) => ({
  uses: ['mesh.enabled', `paths.${path}.enabled`],
  find: ({ mesh, paths }) =>
    mesh.enabled || paths[path].enabled !== true
      ? []
      : [
          {
            field: `paths.${path}.enabled`,
            value: true,
            allowed: 'false or left out, because mesh.enabled is false: there is no mesh to go through',
            mend: 'set mesh.enabled: true, which switches the paths through the mesh on',
          },
        ],
}));

/** Guards that the config itself takes away, or whose refusals no probe could tell. */
const takenAway: readonly Contradiction[] = pathNames
  .filter((path) => pathRow(path).refuses !== undefined)
  .map((path) => ({
    uses: ['mesh.enabled', 'mesh.mode', 'mesh.peerAuthentication', `paths.${path}.enabled`],
    find: ({ mesh, paths }) => {
      const problem = unguarded(path, mesh);
      return mesh.enabled && paths[path].enabled === true && problem
        ? [
            {
              field: `paths.${path}.enabled`,
              value: true,
              allowed: `false or left out, because ${problem.because}`,
              mend: `${problem.mend}, or remove the path`,
            },
          ]
        : [];
    },
  }));

/** Who may run a control plane on a kind of cluster, and why nobody else. */
const mayRun: Readonly<Record<Config['cluster']['kind'], readonly [readonly ControlPlaneKind[], string]>> = {
  lab: [['own'], 'its nodes have no way out to charts and their images'],
  k3d: [['charts'], 'the stack makes the cluster, so nobody else can have installed Istio in it'],
  eks: [['charts'], 'the stack makes the cluster, so nobody else can have installed Istio in it'],
  existing: [['charts', 'existing'], 'the stack’s own, of plain objects, is the lab’s'],
};

const runBy: Contradiction = {
  uses: ['cluster', 'mesh.controlPlane.kind'],
  find: ({ cluster, mesh }) => {
    const { kind } = mesh.controlPlane;
    const [allowed, reason] = mayRun[cluster.kind];
    return kind === undefined || allowed.includes(kind)
      ? []
      : [
          {
            field: 'mesh.controlPlane.kind',
            value: kind,
            allowed: `${allowed.join(' or ')} on ${cluster.kind === 'lab' ? 'the lab' : cluster.kind}: ${reason}`,
            mend: `write ${allowed[0]}, or leave it out`,
          },
        ];
  },
};

const kindOf = ({ cluster, mesh }: Config): ControlPlaneKind =>
  controlPlaneOn(cluster.kind, mesh.controlPlane).kind;

/** A field that has no meaning with some control planes: `wrong` tells its value, and what is wrong with it. */
function meaningless(
  field: string,
  wrong: (config: Config) => Pick<Problem, 'value' | 'allowed' | 'mend'> | undefined,
): Contradiction {
  return {
    uses: ['cluster', 'mesh.controlPlane.kind', 'mesh.mode', field],
    find: (config) => {
      const problem = wrong(config);
      return problem ? [{ field, ...problem }] : [];
    },
  };
}

const remove = 'remove it';

const outOfPlace: readonly Contradiction[] = [
  meaningless('mesh.revision', (config) =>
    kindOf(config) === 'own' && config.mesh.revision !== undefined
      ? {
          value: config.mesh.revision,
          allowed: 'left out where the stack runs istiod itself: it has no revisions',
          mend: remove,
        }
      : undefined,
  ),
  meaningless('mesh.controlPlane.namespace', (config) => {
    const { namespace } = config.mesh.controlPlane;
    return kindOf(config) === 'own' && namespace !== undefined
      ? {
          value: namespace,
          allowed: 'left out where the stack runs istiod itself, in the namespace of the load',
          mend: remove,
        }
      : undefined;
  }),
  meaningless('mesh.controlPlane.version', (config) => {
    const { version } = config.mesh.controlPlane;
    return kindOf(config) !== 'charts' && version !== undefined
      ? {
          value: version,
          allowed: 'left out where the stack does not install Istio’s charts',
          mend: `${remove}, or set mesh.controlPlane.kind: charts`,
        }
      : undefined;
  }),
  meaningless('mesh.mode', (config) =>
    kindOf(config) === 'own' && config.mesh.mode === 'ambient'
      ? {
          value: 'ambient',
          allowed: 'sidecar on the lab: ztunnel is no program of Go’s, so the lab cannot compile it',
          mend: 'write sidecar; ambient runs on k3d, EKS, and clusters of yours',
        }
      : undefined,
  ),
  meaningless('mesh.certificateLife', ({ mesh: { mode, certificateLife } }) =>
    mode === 'ambient' && certificateLife !== dayMs
      ? {
          value: formatDuration(certificateLife),
          allowed:
            'left out in mode ambient: certificates of pods are asked for by ztunnel, for its own time',
          mend: `${remove}, or write mesh.mode: sidecar`,
        }
      : undefined,
  ),
];

/** Charts get a namespace of their own, which is made with them and goes with them. */
const taken: Contradiction = {
  uses: ['cluster', 'mesh.controlPlane', 'monitoring'],
  find: (config) => {
    const { namespace } = config.mesh.controlPlane;
    if (kindOf(config) !== 'charts' || namespace === undefined) return [];
    const ofOthers = [
      ...Object.values(namespaceNames),
      meshNamespace,
      watchedFrom(config.monitoring),
      'default',
    ];
    if (!ofOthers.includes(namespace) && !namespace.startsWith('kube-')) return [];
    return [
      {
        field: 'mesh.controlPlane.namespace',
        value: namespace,
        allowed: `one that nothing else is in where charts are installed: neither ${namespaceNames.load}, ${meshNamespace}, nor one of monitoring or of the cluster itself (default, kube-…)`,
        mend: `leave it out for ${istioNamespace}, or write a name of its own`,
      },
    ];
  },
};

/** Charts call a Service by the revision, and a Service's name has no dots. */
const unnamable: Contradiction = {
  uses: ['cluster', 'mesh.controlPlane.kind', 'mesh.revision'],
  find: (config) => {
    const { revision } = config.mesh;
    if (kindOf(config) !== 'charts' || revision === undefined || labelName.test(istiodOf(revision)))
      return [];
    const longest = 63 - istiodOf('').length;
    const mended = revision.replaceAll('.', '-').slice(0, longest).replace(/-+$/, '');
    return [
      {
        field: 'mesh.revision',
        value: revision,
        allowed: `at most ${longest} lower-case letters, digits and dashes where charts are installed: it is part of a Service’s name, ${istiodName}-…`,
        mend: `write ${mended}`,
      },
    ];
  },
};

/** Contradictions between the mesh, the paths through it, the cluster, and who runs Istio there. */
export const meshContradictions: readonly Contradiction[] = [
  ...withoutMesh,
  ...takenAway,
  runBy,
  ...outOfPlace,
  taken,
  unnamable,
];
