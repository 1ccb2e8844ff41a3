import { join } from 'node:path';
import { familyDirectory } from './toolchain';

/**
 * The path of the Prometheus operator's CustomResourceDefinitions, ten in one JSON list without descriptions (1.6 MB), at the version
 * of the compiled operator. The file is there once `ensurePrograms(['crds'], …)` is done.
 */
export function operatorCrds(): string {
  return join(familyDirectory('prometheus-operator'), 'crds.json');
}
