// @pulumi/random, dynamic providers and policy packs through the real CLI and the lab's language host.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from './control-plane';
import { Engine } from './engine';

jest.setTimeout(120_000);

let plane: ControlPlane;
let engine: Engine;
const values = (phase: string) => ({ PART: 'values', PHASE: phase });
const outputs = async (variables: Record<string, string>): Promise<any> =>
  JSON.parse(await engine.succeed(['stack', 'output', '--json', '--show-secrets'], variables));

beforeAll(async () => {
  plane = await startControlPlane();
  engine = await Engine.create(plane.directory, plane.kubeconfig);
});
afterAll(() => plane.stop());

test('random values are made once, kept, and replaced with their keepers', async () => {
  await engine.up(values('first'));
  const first = await outputs(values('first'));
  expect(first.password).toHaveLength(24);
  expect(first.text).toMatch(/^[a-z0-9]{12}$/);
  expect(first.hex).toMatch(/^x-[0-9a-f]{16}$/);
  expect(first.pet).toMatch(/^my-\w+-\w+-\w+$/);
  await engine.up(values('first'), '--expect-no-changes');
  await engine.succeed(['refresh', '--preview-only', '--expect-no-changes'], values('first'));
  await engine.up(values('replace'));
  const second = await outputs(values('replace'));
  expect(second.password).not.toBe(first.password);
  expect({ ...second, password: '' }).toEqual({ ...first, password: '' });
  const { raw } = await engine.state();
  expect(raw).not.toContain(second.password);
  expect(raw).not.toContain(second.bytes);
});

test('dynamic providers run, and nodeargs reach the program', async () => {
  await engine.up({ PART: 'dynamic' });
  expect(await outputs({ PART: 'dynamic' })).toEqual({
    upper: 'QUIET',
    option: '--title=conformance program',
  });
});

// The package comes with the policies of the project; until then the test is shown as skipped.
const testWithPolicy = existsSync(join(__dirname, '../../../node_modules/@pulumi/policy')) ? test : test.skip;

testWithPolicy('a mandatory policy stops a preview', async () => {
  const pack = join(engine.project, 'pack');
  mkdirSync(pack);
  writeFileSync(join(pack, 'PulumiPolicy.yaml'), 'runtime: nodejs\n');
  writeFileSync(join(pack, 'package.json'), '{ "name": "pack", "version": "1.0.0", "main": "index.js" }');
  writeFileSync(
    join(pack, 'index.js'),
    `const { PolicyPack } = require('@pulumi/policy');
     new PolicyPack('pack', { policies: [{ name: 'no', description: 'no', enforcementLevel: 'mandatory',
       validateResource: (args, report) => { if (args.type.startsWith('random:')) report('not allowed here'); } }] });`,
  );
  const { code, text } = await engine.run(['preview', '--policy-pack', pack], values('first'));
  expect(code).not.toBe(0);
  expect(text).toContain('not allowed here');
});
