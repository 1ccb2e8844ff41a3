import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { SecretRequests } from '../scenarios/own-target';
import { contentName, metadata } from './metadata';
import { namespaceNames } from './names';

/** A file or directory beside the scripts of k6: what is mounted, and what tells k6 of it. */
export interface K6Extra {
  readonly volume: k8s.types.input.core.v1.Volume;
  readonly mount: k8s.types.input.core.v1.VolumeMount;
  readonly environment: { readonly name: string; readonly value: string };
}

const file = 'requests.json';
const requestsPath = '/requests';
const authoritiesPath = '/authorities';

/** Headers and bodies of requests to targets, in a Secret that is named by its content: other credentials are another Secret, and so a rollout. */
export function targetRequests(
  requests: SecretRequests,
  stack: string,
  child: pulumi.CustomResourceOptions,
): K6Extra {
  const content = JSON.stringify(requests);
  const secret = new k8s.core.v1.Secret(
    'target-requests',
    {
      metadata: metadata(contentName('target-requests', content), namespaceNames.load, {
        workload: 'target-requests',
        stack,
      }),
      immutable: true,
      stringData: pulumi.secret({ [file]: content }),
    },
    child,
  );
  return {
    volume: { name: 'requests', secret: { secretName: secret.metadata.name } },
    mount: { name: 'requests', mountPath: requestsPath, readOnly: true },
    environment: { name: 'TARGET_REQUESTS', value: `${requestsPath}/${file}` },
  };
}

/** Certificates of authorities that are trusted beside those of the cluster and of the image, in a ConfigMap that is named by its content. */
export function trustedAuthorities(
  authorities: readonly string[],
  stack: string,
  child: pulumi.CustomResourceOptions,
): K6Extra {
  const content = authorities.join('');
  const certificates = new k8s.core.v1.ConfigMap(
    'authorities',
    {
      metadata: metadata(contentName('authorities', content), namespaceNames.load, {
        workload: 'authorities',
        stack,
      }),
      immutable: true,
      data: { 'authorities.pem': content },
    },
    child,
  );
  return {
    volume: { name: 'authorities', configMap: { name: certificates.metadata.name } },
    mount: { name: 'authorities', mountPath: authoritiesPath, readOnly: true },
    // Go reads every file of these directories, beside the one file of SSL_CERT_FILE.
    environment: { name: 'SSL_CERT_DIR', value: `${authoritiesPath}:/etc/ssl/certs` },
  };
}
