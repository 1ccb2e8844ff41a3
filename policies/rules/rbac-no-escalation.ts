import { allows, permissions } from '../lib/rbac';
import { objectRule } from '../lib/rule';

/** Verbs by which an account gets more than its role says. */
const escalating = ['escalate', 'bind', 'impersonate'];

/** Roles that stay what they are. */
export const rbacNoEscalation = objectRule({
  name: 'rbac-no-escalation',
  description: 'No role lets its account take more rights than it has.',
  mend: 'Take out escalate, bind and impersonate.',
  level: 'mandatory',
  judge: (object) =>
    permissions(object)
      .filter((each) => !each.verbs.includes('*') && allows(each, escalating))
      .map(({ words }) => `it allows ${words}`),
});
