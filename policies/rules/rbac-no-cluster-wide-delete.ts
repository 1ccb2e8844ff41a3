import { at, list, text } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { allows, permissions } from '../lib/rbac';
import { stackRule, type Problem } from '../lib/rule';

const removing = ['delete', 'deletecollection'];
/** Roles that every cluster has and that may delete. */
const mighty = ['cluster-admin', 'admin', 'edit'];

/** Nothing that a stack runs can delete in every namespace. */
export const rbacNoClusterWideDelete = stackRule({
  name: 'rbac-no-cluster-wide-delete',
  description: 'No account may delete in all namespaces.',
  mend: 'Bind the role by RoleBindings in the namespaces that are meant, or take out delete and deletecollection.',
  level: 'mandatory',
  judgeStack: (stack) =>
    stack.of('ClusterRoleBinding').flatMap((binding): Problem[] => {
      const role = text(at(binding.value, 'roleRef', 'name'));
      if (role === undefined || list(at(binding.value, 'subjects')).length === 0) return [];
      if (mighty.includes(role)) return [{ object: binding, problem: `it binds ${role}` }];
      const own = stack.of('ClusterRole').find(({ name }) => name === role);
      return (own ? deletions(own) : []).map((words) => ({
        object: binding,
        problem: `its role ${role} allows ${words}`,
      }));
    }),
});

function deletions(role: KubernetesObject): string[] {
  return permissions(role)
    .filter((each) => !each.verbs.includes('*') && allows(each, removing))
    .map(({ words }) => words);
}
