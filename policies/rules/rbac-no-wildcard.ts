import { allows, permissions } from '../lib/rbac';
import { objectRule } from '../lib/rule';

/** Roles that say what they allow: `*` allows what does not exist yet. */
export const rbacNoWildcard = objectRule({
  name: 'rbac-no-wildcard',
  description: 'Roles name verbs, resources and API groups one by one.',
  mend: 'Replace * by the verbs, resources and groups that are needed.',
  level: 'mandatory',
  judge: (object) =>
    permissions(object)
      .filter((each) => allows(each, []) || each.resources.includes('*') || each.groups.includes('*'))
      .map(
        ({ words, groups }) => `it allows ${words}${groups.includes('*') ? ' of every API group (*)' : ''}`,
      ),
});
