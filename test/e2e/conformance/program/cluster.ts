import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';

/** The provider of the run; `CLUSTER_ID` makes it another cluster. */
export function cluster(): k8s.Provider {
  return new k8s.Provider('cluster', {
    kubeconfig: pulumi.secret(process.env['KUBECONFIG_TEXT'] ?? ''),
    clusterIdentifier: process.env['CLUSTER_ID'] ?? 'conformance',
  });
}
