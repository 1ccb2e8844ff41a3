import { isMeshPath, type PathName, pathNames, pathRow } from '../../signals/paths';
import type { Config } from '../schema';
import type { Contradiction } from './contradiction';

/** Whether a path is probed without being asked for: with a mesh those through it, and what that mesh has to refuse. */
export function comesWithMesh(
  path: PathName,
  mesh: Pick<Config['mesh'], 'enabled' | 'peerAuthentication'>,
): boolean {
  return isMeshPath(path) && mesh.enabled && !isAllowed(path, mesh);
}

/** Whether a path expects to be refused what this mesh allows. */
function isAllowed(
  path: PathName,
  { peerAuthentication }: Pick<Config['mesh'], 'peerAuthentication'>,
): boolean {
  return pathRow(path).refuses === 'plaintext' && peerAuthentication !== 'STRICT';
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

/** A guard that the config itself takes away. */
const withoutStrictTls: readonly Contradiction[] = pathNames
  .filter((path) => pathRow(path).refuses === 'plaintext')
  .map((path) => ({
    uses: ['mesh.enabled', 'mesh.peerAuthentication', `paths.${path}.enabled`],
    find: ({ mesh, paths }) =>
      mesh.enabled && paths[path].enabled === true && isAllowed(path, mesh)
        ? [
            {
              field: `paths.${path}.enabled`,
              value: true,
              allowed: `false or left out, because mesh.peerAuthentication is ${mesh.peerAuthentication}: plaintext is taken then, and the path would be down for ever`,
              mend: 'write mesh.peerAuthentication: STRICT, or remove the path',
            },
          ]
        : [],
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
export const meshContradictions: readonly Contradiction[] = [
  ...withoutMesh,
  ...withoutStrictTls,
  elsewhere,
  revisionInLab,
];
