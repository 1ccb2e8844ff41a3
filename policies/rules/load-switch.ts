import { injectors } from '../lib/injector';
import { stackRule } from '../lib/rule';

/** The one switch of all load: off means that nothing runs that could send any, on that something does. */
export const loadSwitch = stackRule({
  name: 'load-switch',
  description: 'With the load switched off no injector runs, and with it on several do.',
  mend: 'Turn the load on and off by config `load.enabled` alone, and keep two injectors or more.',
  level: 'mandatory',
  judgeStack: (stack) =>
    injectors(stack).flatMap(({ object, enabled, workload }) => {
      const pods = workload?.replicas;
      if (pods === undefined || (enabled ? pods >= 2 : pods === 0)) return [];
      const problem = enabled
        ? `the load is on, and ${pods} injectors run: one more must be there when one is lost`
        : `the load is off, and ${pods} injectors run`;
      return [{ object: workload?.object ?? object, problem }];
    }),
});
