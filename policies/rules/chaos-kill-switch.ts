import { chaosOf, type Chaos } from '../lib/chaos';
import { stackRule, type Problem } from '../lib/rule';

/** Chaos that can be stopped by hand in seconds: by a ConfigMap of the stack. Experiments of Chaos Mesh are stopped by an annotation. */
export const chaosKillSwitch = stackRule({
  name: 'chaos-kill-switch',
  description: 'The reaper has a kill switch, and the switch is there.',
  mend: 'Name a ConfigMap in switchName, and make it in the same stack and namespace.',
  level: 'mandatory',
  judgeStack: (stack) => {
    const present = new Set(stack.of('ConfigMap').map(({ namespace, name }) => `${namespace}/${name}`));
    return chaosOf(stack)
      .filter(({ object }) => object.kind === 'ConfigMap')
      .flatMap(({ object, killSwitch }: Chaos): Problem[] => {
        if (killSwitch === undefined) return [{ object, problem: 'it names no kill switch' }];
        return present.has(killSwitch)
          ? []
          : [{ object, problem: `its kill switch ConfigMap ${killSwitch} is not in the stack` }];
      });
  },
});
