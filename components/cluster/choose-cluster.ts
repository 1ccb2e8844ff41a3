import type { Settings } from '../../settings';
import type { Cluster } from './cluster';
import { ExistingCluster } from './existing-cluster';
import { LabCluster } from './lab-cluster';

/** Makes the cluster of the kind that the settings ask for; `gateway` says that a gateway is going to be in it. */
export function chooseCluster(
  settings: Settings['cluster'],
  images: Settings['images'],
  gateway: boolean,
): Cluster {
  return settings.kind === 'lab'
    ? new LabCluster(settings.name, settings, gateway)
    : new ExistingCluster(settings.name, { ...settings, images });
}
