import type { Settings } from '../../settings';
import type { BuiltImageName } from '../built-images';
import type { Cluster } from './cluster';
import { ExistingCluster } from './existing-cluster';
import { K3dCluster } from './k3d-cluster';
import { LabCluster } from './lab-cluster';

/**
 * Makes the cluster of the kind that the settings ask for; `gateway` says that a gateway or a mesh is going to be in it, `unpublished` which
 * images its paths need that nobody publishes, `networkPolicies` whether it must keep those.
 */
export function chooseCluster(
  cluster: Settings['cluster'],
  images: Settings['images'],
  gateway: boolean,
  unpublished: readonly BuiltImageName[],
  networkPolicies: boolean,
): Cluster {
  switch (cluster.kind) {
    case 'lab':
      return new LabCluster(cluster.name, cluster, gateway, networkPolicies);
    case 'k3d':
      return new K3dCluster(cluster.name, { cluster, images, unpublished, gateway });
    case 'eks': {
      // Only here: no other kind of cluster needs AWS' SDK.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { EksCluster } = require('./eks-cluster') as typeof import('./eks-cluster');
      return new EksCluster(cluster.name, { cluster, images, unpublished, gateway, networkPolicies });
    }
    case 'existing':
      return new ExistingCluster(cluster.name, { ...cluster, images });
  }
}
