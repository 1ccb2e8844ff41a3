import { join } from 'node:path';
import { familyDirectory } from './toolchain';

/**
 * The path of the Prometheus operator's CustomResourceDefinitions, ten in one JSON list without descriptions (1.6 MB), at the version
 * of the compiled operator. The file is there once `ensurePrograms(['crds'], …)` is done.
 */
export function operatorCrds(): string {
  return join(familyDirectory('prometheus-operator'), 'crds.json');
}

/**
 * The path of the Gateway API's CustomResourceDefinitions that the lab's gateway needs (GatewayClass, Gateway, HTTPRoute,
 * ReferenceGrant), one JSON list without descriptions, at the version that istiod was compiled with. The file is there once
 * `ensurePrograms(['pilot-discovery'], …)` is done.
 */
export function gatewayCrds(): string {
  return join(familyDirectory('istio'), 'gateway-crds.json');
}

/**
 * The path of all of Istio's CustomResourceDefinitions, one JSON list without descriptions, at the version that istiod was compiled with.
 * The file is there once `ensurePrograms(['pilot-discovery'], …)` is done.
 */
export function meshCrds(): string {
  return join(familyDirectory('istio'), 'mesh-crds.json');
}
