import { existsSync, readFileSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensureImages,
  imageArchive,
  imageNames,
  imageReferences,
  imagesWith,
  layerEntries,
  type ImageName,
} from '../../../lab/images/images';
import { commonEntries } from '../../../lab/images/layer';
import { recipes } from '../../../lab/images/recipes';
import { FakeWorkshop } from '../toolchain/fake-workshop';

let fake: FakeWorkshop;
beforeEach(() => (fake = new FakeWorkshop()));
afterEach(() => fake.remove());

test('references are known before anything is compiled', () => {
  const references = imageReferences();
  expect(Object.keys(references).sort()).toEqual([...imageNames].sort());
  for (const [name, reference] of Object.entries(references)) {
    expect(reference).toMatch(new RegExp(`^continuous-load\\.lab/${name}:[0-9a-f]{12}$`));
    expect(imageArchive(name as ImageName)).toContain(`${name}-${reference.split(':')[1] ?? ''}`);
  }
  expect(new Set(Object.values(references).map((reference) => reference.split(':')[1])).size).toBe(
    imageNames.length,
  );
  expect(existsSync(fake.cache)).toBe(false);
});

test('every image has an entry point among its files, users and a place to write', () => {
  for (const [name, recipe] of Object.entries(recipes)) {
    expect([name, Object.values(recipe.programs)]).toEqual([
      name,
      expect.arrayContaining([recipe.entrypoint[0]]),
    ]);
  }
  expect(commonEntries.map(({ path }) => path)).toEqual(['/tmp', '/etc/passwd', '/etc/group']);
});

test('writes all archives once; a broken one is written again alone, and the reason said', async () => {
  await ensureImages(fake.progress);
  const usual = imagesWith([]).length;
  expect(usual).toBe(imageNames.length - 2);
  expect(fake.said).toContain(`writing ${usual} of ${usual} images`);
  expect(readdirSync(join(fake.cache, 'images')).filter((name) => !name.startsWith('.'))).toHaveLength(usual);
  expect(fake.said.filter((line) => /pilot|Envoy/.test(line))).toEqual([]);
  const before = readFileSync(imageArchive('k6'));

  fake.said.length = 0;
  await ensureImages(fake.progress);
  expect(fake.said).toEqual([]);

  truncateSync(imageArchive('k6'), 100);
  await ensureImages(fake.progress);
  expect(fake.said).toContainEqual(
    expect.stringMatching(/^the image k6 is broken \(image\.tar has 100 bytes instead of \d+\)/),
  );
  expect(fake.said).toContain(`writing 1 of ${usual} images`);
  expect(readFileSync(imageArchive('k6')).equals(before)).toBe(true);
});

test('an optional image is written when it is asked for, and only then', () => {
  expect(imagesWith([])).not.toContain('istiod');
  expect(imagesWith(['istiod'])).toContain('istiod');
  expect(imagesWith(['istiod', 'istio-proxy'])).toEqual(imageNames);
});

test('the proxy has Envoy, its loader where it is looked for, and a configuration to start with', () => {
  const entries = layerEntries(
    recipes['istio-proxy'],
    (program) => `/programs/${program}`,
    (family) => `/${family}`,
  );
  const at = (path: string) => entries.find((entry) => entry.path === path);
  expect(at('/usr/local/bin/envoy')).toMatchObject({ mode: 0o755, source: '/envoy/envoy' });
  expect(at('/lib64/ld-linux-x86-64.so.2')).toMatchObject({ mode: 0o755 });
  expect(at('/lib/x86_64-linux-gnu/libc.so.6')).toMatchObject({ source: '/envoy/lib/libc.so.6' });
  // A template of Go's: with its actions replaced it must be JSON.
  const template = at('/var/lib/istio/envoy/envoy_bootstrap_tmpl.json')?.content ?? '';
  const filled = template.replace('{{ .meta_json_str }}', '{}').replace(/\{\{[^}]*\}\}/g, '1');
  expect(Object.keys(JSON.parse(filled))).toContain('dynamic_resources');
});

test('an abort leaves no half written image', async () => {
  await expect(ensureImages(fake.progress, AbortSignal.abort(new Error('Ctrl-C')))).rejects.toThrow('Ctrl-C');
  const images = join(fake.cache, 'images');
  expect(existsSync(images) ? readdirSync(images) : []).toEqual([]);
});
