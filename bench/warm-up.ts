import { kubectl } from '../lab/cluster/kubectl';
import { StackUnderTest } from '../test/e2e/support/stack-under-test';
import { verb } from '../test/e2e/support/verbs';
import { type Bench, median, repeatsOr } from './bench';
import { type Manifest, renderedObjects } from './rendered-objects';

const repeats = repeatsOr(3);
/** Made before all others by hand, as one would with kubectl: what they are of, and where they are. */
const early = ['CustomResourceDefinition', 'Namespace'];

/** The lab runs, nothing is in it: our `up` against `kubectl apply` and rollout of the same objects. */
export const warmUp: Bench = {
  name: 'warm-up',
  shows: 'warm up (lab there, objects not) against kubectl apply and rollout of the same objects',
  needsStack: true,
  async run(say) {
    const stack = new StackUnderTest();
    const objects = await renderedObjects(stack.name);
    const times = { up: [] as number[], kubectl: [] as number[] };
    for (let repeat = 1; repeat <= repeats; repeat++) {
      await removeObjects(stack);
      times.kubectl.push(await apply(stack.lab, objects));
      await kubectl(stack.lab, ['delete', '-f', '-', '--wait=true', '--ignore-not-found'], list(objects));
      times.up.push((await stack.up('--no-wait')).tookMs);
      say(
        `  ${repeat} of ${repeats}: up ${((times.up.at(-1) ?? 0) / 1000).toFixed(1)} s, kubectl ${((times.kubectl.at(-1) ?? 0) / 1000).toFixed(1)} s`,
      );
    }
    return [
      { what: 'objects', value: objects.length, unit: '' },
      {
        what: 'npm run up, without waiting for a good sample, p50',
        value: median(times.up) / 1000,
        unit: 's',
      },
      { what: 'kubectl apply + rollout, p50', value: median(times.kubectl) / 1000, unit: 's' },
      { what: 'up ÷ kubectl', value: median(times.up) / median(times.kubectl), unit: '' },
    ];
  },
};

/** Takes every object out of the cluster and out of Pulumi's record; the lab stays. */
async function removeObjects(stack: StackUnderTest): Promise<void> {
  await verb('down', [
    stack.name,
    '--target',
    `urn:pulumi:${stack.name}::continuous-load::**$kubernetes:**`,
    '--target-dependents',
  ]);
}

async function apply(lab: string, objects: readonly Manifest[]): Promise<number> {
  const startMs = Date.now();
  const server = ['apply', '--server-side', '--force-conflicts', '-f', '-'];
  await kubectl(lab, server, list(objects.filter(({ kind }) => early.includes(kind))));
  const definitions = objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(({ metadata }) => `crd/${metadata.name}`);
  await kubectl(lab, ['wait', '--for=condition=Established', ...definitions]);
  await kubectl(lab, server, list(objects.filter(({ kind }) => !early.includes(kind))));
  for (const { kind, metadata } of objects) {
    const at = ['-n', metadata.namespace ?? 'default'];
    if (kind === 'Deployment')
      await kubectl(lab, [...at, 'rollout', 'status', `deployment/${metadata.name}`]);
    if (kind === 'Prometheus' || kind === 'Alertmanager')
      await kubectl(lab, [
        ...at,
        'wait',
        '--for=condition=Available',
        `${kind.toLowerCase()}/${metadata.name}`,
        '--timeout=180s',
      ]);
  }
  return Date.now() - startMs;
}

function list(items: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
