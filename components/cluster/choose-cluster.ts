import type { Settings } from '../../settings';
import type { Cluster } from './cluster';
import { ExistingCluster } from './existing-cluster';
import { LabCluster } from './lab-cluster';

/** Makes the cluster of the kind that the settings ask for. */
export function chooseCluster(settings: Settings['cluster'], images: Settings['images']): Cluster {
  return settings.kind === 'lab'
    ? new LabCluster(settings.name, settings)
    : new ExistingCluster(settings.name, { ...settings, images });
}
