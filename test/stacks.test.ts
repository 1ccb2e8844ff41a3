import { accessSync, constants, readFileSync, readdirSync } from 'node:fs';
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

  it('refuses no number that the program takes: Pulumi calls a fraction of an integer a mistake', () => {
    const refuses = (config: object) => () => readSettings('lab', { ...stackConfig('lab'), ...config });
    expect(refuses({ 'continuous-load:testTimeScale': '1.5' })).not.toThrow();
    for (const [name, { type }] of Object.entries<any>(project.config))
      if (type === 'integer') expect(refuses({ [`continuous-load:${name}`]: '1.5' })).toThrow();
  });

  it('has defaults that are of their declared type and right for the program', () => {
    const types: Record<string, string> = {
      string: 'string',
      integer: 'number',
      boolean: 'boolean',
      object: 'object',
      array: 'object',
    };
    for (const [name, declared] of Object.entries<any>(project.config)) {
      if (declared.default === undefined) continue;
      expect([name, typeof declared.default]).toEqual([name, types[declared.type]]);
      const text =
        typeof declared.default === 'object' ? JSON.stringify(declared.default) : String(declared.default);
      const config = { [`continuous-load:${name}`]: text, ...stackConfig('lab') };
      expect(() => readSettings('lab', config)).not.toThrow();
    }
  });

  it('runs the program by tsx and finds the providers of lab and k3d in the repository', () => {
    expect(project.runtime).toEqual({
      name: 'nodejs',
      options: { typescript: false, nodeargs: '--import tsx' },
    });
    expect(project.plugins.providers).toEqual(
      ['lab', 'k3d'].map((name) => ({ name, path: 'lab/pulumi/plugin' })),
    );
    for (const { name, path } of project.plugins.providers)
      expect(() => accessSync(join(root, path, `pulumi-resource-${name}`), constants.X_OK)).not.toThrow();
  });
});

describe('the stacks of the repository', () => {
  it('are lab, dev and prod', () => expect(stacks.sort()).toEqual(['dev', 'lab', 'prod']));

  it.each(['lab', 'dev'])('%s is right as it is', (stack) => {
    expect(readSettings(stack, stackConfig(stack)).stack).toBe(stack);
  });

  it('prod names exactly what its owner must say', () => {
    const refused = () => readSettings('prod', stackConfig('prod'));
    expect(refused).toThrow(/^3 mistakes/);
    expect(refused).toThrow(/continuous-load:cluster\.account is missing/);
    expect(refused).toThrow(/continuous-load:cluster\.publicCidrs is missing/);
    expect(refused).toThrow(/continuous-load:monitoring\.receivers is missing/);
  });

  it.each(stacks)('%s holds no secret', (stack) => {
    expect(readFileSync(join(root, `Pulumi.${stack}.yaml`), 'utf8')).not.toMatch(/encryptionsalt|secure:/);
  });
});
