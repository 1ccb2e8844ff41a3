import { existsSync, readFileSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensureImages,
  imageArchive,
  imageNames,
  imageReferences,
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
  expect(fake.said).toContain(`writing ${imageNames.length} of ${imageNames.length} images`);
  expect(readdirSync(join(fake.cache, 'images')).filter((name) => !name.startsWith('.'))).toHaveLength(
    imageNames.length,
  );
  const before = readFileSync(imageArchive('k6'));

  fake.said.length = 0;
  await ensureImages(fake.progress);
  expect(fake.said).toEqual([]);

  truncateSync(imageArchive('k6'), 100);
  await ensureImages(fake.progress);
  expect(fake.said).toContainEqual(
    expect.stringMatching(/^the image k6 is broken \(image\.tar has 100 bytes instead of \d+\)/),
  );
  expect(fake.said).toContain(`writing 1 of ${imageNames.length} images`);
  expect(readFileSync(imageArchive('k6')).equals(before)).toBe(true);
}, 30_000);

test('an abort leaves no half written image', async () => {
  await expect(ensureImages(fake.progress, AbortSignal.abort(new Error('Ctrl-C')))).rejects.toThrow('Ctrl-C');
  const images = join(fake.cache, 'images');
  expect(existsSync(images) ? readdirSync(images) : []).toEqual([]);
});
