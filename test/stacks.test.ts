import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readSettings } from '../settings';
import { sections } from '../settings/schema';
import { stackConfig } from './deploy';

const root = join(__dirname, '..');
const project = parse(readFileSync(join(root, 'Pulumi.yaml'), 'utf8'));
const stacks = readdirSync(root).flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? []);

describe('Pulumi.yaml', () => {
  it('declares exactly the sections that the program reads, each described', () => {
    expect(Object.keys(project.config).sort()).toEqual(Object.keys(sections).sort());
    for (const declared of Object.values<any>(project.config)) expect(declared.description).toMatch(/\.$/);
  });

  it('runs the program by tsx and finds the lab’s provider in the repository', () => {
    expect(project.runtime).toEqual({
      name: 'nodejs',
      options: { typescript: false, nodeargs: '--import tsx' },
    });
    expect(project.plugins.providers).toEqual([{ name: 'lab', path: 'lab/pulumi/plugin' }]);
  });
});

describe('the stacks of the repository', () => {
  it('are lab, dev and prod', () => expect(stacks.sort()).toEqual(['dev', 'lab', 'prod']));

  it.each(['lab', 'dev'])('%s is right as it is', (stack) => {
    expect(readSettings(stack, stackConfig(stack)).stack).toBe(stack);
  });

  it('prod names exactly what its owner must say', () => {
    const refused = () => readSettings('prod', stackConfig('prod'));
    expect(refused).toThrow(/^2 mistakes/);
    expect(refused).toThrow(/continuous-load:cluster\.context is missing/);
    expect(refused).toThrow(/continuous-load:monitoring\.receivers is missing/);
  });

  it.each(stacks)('%s holds no secret', (stack) => {
    expect(readFileSync(join(root, `Pulumi.${stack}.yaml`), 'utf8')).not.toMatch(/encryptionsalt|secure:/);
  });
});
