import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { inside, type Cluster } from './cluster/cluster';
import { metadata } from './metadata';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';

/** Arguments of {@link ApiAccess}. */
export interface ApiAccessArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  /** The workload whose pods ask the API server; account, Role and binding are called like it. */
  readonly workload: string;
}

const namespace = namespaceNames.load;
/** Where client libraries look for the credentials of their pod. */
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The shortest that the API server grants; k6 gets the new one from the file. */
const tokenSeconds = 600;

/** An account that may list the Services of its own namespace and ask whether the API server is ready, and nothing else. */
export class ApiAccess extends pulumi.ComponentResource {
  readonly account: k8s.core.v1.ServiceAccount;

  constructor(name: string, args: ApiAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:ApiAccess', name, {}, opts);
    const { cluster, stack, namespaces, workload } = args;
    const child = inside(this, cluster, [namespaces.load]);
    const meta = metadata(workload, namespace, { stack });
    this.account = new k8s.core.v1.ServiceAccount(
      workload,
      { metadata: meta, automountServiceAccountToken: false },
      child,
    );
    // /readyz is open to every account (system:public-info-viewer).
    const role = new k8s.rbac.v1.Role(
      workload,
      { metadata: meta, rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }] },
      child,
    );
    new k8s.rbac.v1.RoleBinding(
      workload,
      {
        metadata: meta,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name },
        subjects: [{ kind: 'ServiceAccount', name: this.account.metadata.name, namespace }],
      },
      child,
    );
    this.registerOutputs({});
  }
}

/** Volume, mount and environment of a container that speaks with the API server: a short-lived token and the CA, nothing more. */
export const apiCredentials: {
  readonly volume: k8s.types.input.core.v1.Volume;
  readonly mount: k8s.types.input.core.v1.VolumeMount;
  readonly environment: { readonly name: string; readonly value: string };
} = {
  volume: {
    name: 'api-access',
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: tokenSeconds } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      ],
    },
  },
  mount: { name: 'api-access', mountPath, readOnly: true },
  environment: { name: 'SSL_CERT_FILE', value: `${mountPath}/ca.crt` },
};
