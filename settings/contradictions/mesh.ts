import { isMeshPath, pathNames } from '../../signals/paths';
import type { Contradiction } from './contradiction';

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
            mend: 'set mesh.enabled: true, which switches both paths through the mesh on',
          },
        ],
}));

/** k3d and EKS pull what others publish, and the definitions of Istio's kinds are not among what is fetched for them. */
const elsewhere: Contradiction = {
  uses: ['cluster', 'mesh.enabled'],
  find: ({ cluster, mesh }) =>
    cluster.kind === 'lab' || cluster.kind === 'existing' || !mesh.enabled
      ? []
      : [
          {
            field: 'mesh.enabled',
            value: true,
            allowed: `false on ${cluster.kind}: a mesh is made in the lab, or in an existing cluster that has Istio`,
            mend: 'remove it; or install Istio yourself and use cluster.kind existing',
          },
        ],
};

/** The stack's own control plane has no revisions. */
const revisionInLab: Contradiction = {
  uses: ['cluster', 'mesh.revision'],
  find: ({ cluster, mesh: { revision } }) =>
    cluster.kind === 'existing' || revision === undefined
      ? []
      : [
          {
            field: 'mesh.revision',
            value: revision,
            allowed: 'left out where the stack runs istiod itself',
            mend: 'remove it',
          },
        ],
};

/** Contradictions between the mesh, the paths through it and the cluster. */
export const meshContradictions: readonly Contradiction[] = [...withoutMesh, elsewhere, revisionInLab];
