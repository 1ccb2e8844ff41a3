import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, engineFor } from '../commands/engine/engine';
import { findStack } from '../commands/stack/stack';
import { createLab, deleteLab } from '../lab/cluster/lab';
import { labPaths, type LabSpec } from '../lab/cluster/spec';
import { StackUnderTest } from '../test/e2e/support/stack-under-test';
import { type Bench, median } from './bench';
import { renderedObjects } from './rendered-objects';
import { command } from '../lab/command';

const repeats = 5;
const spec: LabSpec = { name: 'bench-bare', nodes: 2, apiPort: 28444, ports: {} };

/** Nothing to do: our `up` against `pulumi up` of a bare program with the same objects, in a lab of its own. */
export const noOpUp: Bench = {
  name: 'no-op-up',
  shows: 'up without a change against an equal bare Pulumi program',
  needsStack: true,
  async run(say) {
    const stack = new StackUnderTest();
    const found = findStack(stack.name, { present: true });
    const engine = await engineFor(found);
    const objects = await renderedObjects(stack.name);
    const directory = mkdtempSync(join(tmpdir(), 'continuous-load-bench-'));
    const bare = new BareProgram(engine, directory);
    const times = { verb: [] as number[], engine: [] as number[], bare: [] as number[] };
    await deleteLab(spec.name);
    try {
      await createLab(spec, (message) => say(`  ${message}`));
      writeFileSync(join(directory, 'objects.json'), JSON.stringify(objects));
      await bare.begin();
      const ours = [
        'up',
        '--yes',
        '--skip-preview',
        '--stack',
        stack.name,
        '--config-file',
        found.configFile,
        '--cwd',
        join(__dirname, '..'),
      ];
      for (let repeat = 1; repeat <= repeats; repeat++) {
        times.bare.push(await bare.run(['up', '--yes', '--skip-preview', '--stack', 'bare']));
        times.engine.push(await timed(engine, ours));
        times.verb.push((await stack.up('--no-wait')).tookMs);
        say(`  ${repeat} of ${repeats}`);
      }
    } finally {
      await bare.end();
      await deleteLab(spec.name);
      rmSync(directory, { recursive: true, force: true });
    }
    const [verbMs, engineMs, bareMs] = [median(times.verb), median(times.engine), median(times.bare)];
    return [
      { what: 'npm run up (with its preview and checks), p50', value: verbMs / 1000, unit: 's' },
      { what: 'pulumi up of our program, p50', value: engineMs / 1000, unit: 's' },
      { what: 'pulumi up of the bare program, p50', value: bareMs / 1000, unit: 's' },
      { what: 'our program ÷ bare program', value: engineMs / bareMs, unit: '' },
      { what: 'npm run up ÷ bare program', value: verbMs / bareMs, unit: '' },
    ];
  },
};

/** The bare program and its stack in the lab's backend. */
class BareProgram {
  private readonly program = join(__dirname, 'bare-program');
  private readonly engine: Engine;

  constructor(engine: Engine, directory: string) {
    const env = {
      BARE_OBJECTS: join(directory, 'objects.json'),
      BARE_KUBECONFIG: labPaths(spec.name).kubeconfig,
    };
    this.engine = { ...engine, env: { ...engine.env, ...env } };
  }

  async begin(): Promise<void> {
    await this.end();
    await this.run(['stack', 'init', 'bare']);
    await this.run(['up', '--yes', '--skip-preview', '--stack', 'bare']);
  }

  async run(args: readonly string[]): Promise<number> {
    return timed(this.engine, [...args, '--cwd', this.program]);
  }

  async end(): Promise<void> {
    await this.run(['stack', 'rm', 'bare', '--yes', '--force']).catch(() => undefined);
  }
}

async function timed(engine: Engine, args: readonly string[]): Promise<number> {
  const startMs = Date.now();
  await command(engine.command, [...args, '--non-interactive'], { env: engine.env });
  return Date.now() - startMs;
}
