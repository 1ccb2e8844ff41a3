import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { labels, metadata } from '../metadata';

type Rule = k8s.types.input.rbac.v1.PolicyRule;

/** What a service account may do, and where. */
export interface Permissions {
  /** Name of the account and of every role and binding made for it. */
  readonly account: string;
  readonly namespace: string;
  readonly stack: string;
  /** Namespace → what is allowed in it. */
  readonly inNamespaces: Readonly<Record<string, readonly Rule[]>>;
  /** What is allowed on objects outside namespaces; cluster-wide, so keep it short. */
  readonly clusterWide: readonly Rule[];
}

/** A service account with roles and bindings; returns everything that a pod must wait for before it uses the account. */
export function serviceAccount(
  { account, namespace, stack, inNamespaces, clusterWide }: Permissions,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const made: pulumi.Resource[] = [];
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace }];
  made.push(
    new k8s.core.v1.ServiceAccount(
      account,
      // Pods that need the token ask for it themselves.
      { metadata: metadata(account, namespace, { stack }), automountServiceAccountToken: false },
      child,
    ),
  );
  for (const [where, rules] of Object.entries(inNamespaces)) {
    const named = { metadata: metadata(account, where, { stack }) };
    const resource = `${account}-in-${where}`;
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account };
    made.push(new k8s.rbac.v1.Role(resource, { ...named, rules: [...rules] }, child));
    made.push(new k8s.rbac.v1.RoleBinding(resource, { ...named, roleRef, subjects }, child));
  }
  if (clusterWide.length > 0) {
    const name = `continuous-load-${account}`;
    const named = { metadata: { name, labels: labels(account, stack) } };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
    made.push(new k8s.rbac.v1.ClusterRole(account, { ...named, rules: [...clusterWide] }, child));
    made.push(new k8s.rbac.v1.ClusterRoleBinding(account, { ...named, roleRef, subjects }, child));
  }
  return made;
}
