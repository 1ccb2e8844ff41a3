/** What a kubeconfig is made from. */
export interface KubeconfigArgs {
  readonly name: string;
  readonly region: string;
  readonly endpoint: string;
  /** PEM in base64. */
  readonly certificateAuthority: string;
}

/**
 * A kubeconfig, as JSON, without a credential in it: the AWS CLI (2, or 1.16.156 and newer) fetches a token of 15 minutes each time, by
 * the credentials of whoever runs it, as `aws eks update-kubeconfig` writes it.
 */
export function kubeconfigOf({ name, region, endpoint, certificateAuthority }: KubeconfigArgs): string {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'aws',
    args: ['--region', region, 'eks', 'get-token', '--cluster-name', name, '--output', 'json'],
    interactiveMode: 'IfAvailable',
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority } }],
    users: [{ name, user: { exec } }],
  });
}
