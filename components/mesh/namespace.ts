import type { MeshSettings } from '../../settings/schema';
import { revisionLabel } from '../istio/part';
import type { NamespacesArgs } from '../namespaces';

/**
 * The namespaces of a mesh. Where the program or somebody's istiod makes pods redirect their own traffic, that takes NET_ADMIN, which only
 * `privileged` admits; with the plugin of Istio's charts, or in mode ambient, something on the node does it and pods need nothing.
 */
export function meshNamespaceOf(
  mesh: Pick<MeshSettings, 'mode' | 'revision' | 'controlPlane'>,
): Pick<NamespacesArgs, 'mesh' | 'controlPlane'> {
  const { kind, namespace } = mesh.controlPlane;
  const redirectedByNode = kind === 'charts' || mesh.mode === 'ambient';
  return {
    mesh: { labels: labelsOf(mesh), admits: redirectedByNode ? 'restricted' : 'privileged' },
    ...(kind === 'charts' ? { controlPlane: namespace } : {}),
  };
}

/**
 * Labels by which pods get into the mesh; none where the program writes the sidecars. Never two: with `istio-injection` a revision is ignored,
 * and a revision in mode ambient would put sidecars into the pods.
 */
function labelsOf({
  mode,
  revision,
  controlPlane: { kind },
}: Pick<MeshSettings, 'mode' | 'revision' | 'controlPlane'>): Record<string, string> {
  if (kind === 'own') return {};
  if (mode === 'ambient') return { 'istio.io/dataplane-mode': 'ambient' };
  return revision === undefined ? { 'istio-injection': 'enabled' } : revisionLabel(revision);
}
