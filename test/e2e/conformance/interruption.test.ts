// The engine killed in the middle of a create, and an object that does not become ready.
import { readdirSync, readFileSync } from 'node:fs';
import { type ControlPlane, startControlPlane } from './control-plane';
import { Engine } from './engine';

jest.setTimeout(180_000);

let plane: ControlPlane;
let engine: Engine;
const crash = (phase: string, seconds = '120') => ({ PART: 'crash', PHASE: phase, STUCK_SECONDS: seconds });
const within = '/namespaces/conformance-crash';
const get = (path: string): Promise<any> => plane.api.request({ method: 'GET', path });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Processes whose environment names this run's Pulumi home. */
function processes(): number[] {
  const mark = `PULUMI_HOME=${engine.home.home}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function until(
  what: string,
  isTrue: () => Promise<boolean> | boolean,
  timeoutMs = 60_000,
): Promise<void> {
  for (const end = Date.now() + timeoutMs; ; await pause(100)) {
    if (await isTrue()) return;
    if (Date.now() > end) throw new Error(`never: ${what}`);
  }
}
const exists = (path: string) =>
  get(path).then(
    () => true,
    () => false,
  );

beforeAll(async () => {
  plane = await startControlPlane();
  engine = await Engine.create(plane.directory, plane.kubeconfig);
});
afterAll(() => plane.stop());

// At the first object, in the middle, and while the last is waited for: made, but in no state.
test.each([
  `/api/v1${within}`,
  `/api/v1${within}/configmaps/map2`,
  `/apis/apps/v1${within}/deployments/stuck`,
])('kill -9 of the engine when %s exists: no orphan process, and the next up converges', async (path) => {
  const { child, done } = engine.start(['up', '--yes', '--skip-preview'], crash('stuck'));
  await until(`${path} exists`, () => exists(path));
  process.kill(child.pid ?? 0, 'SIGKILL');
  await done.catch(() => undefined);
  await until('plugins and host are gone', () => processes().length === 0, 10_000);
  await engine.succeed(['cancel', '--yes'], crash('stuck'));
  const uid = (await get(path)).metadata.uid;
  const text = await engine.up(crash('calm'));
  expect(text).not.toContain('error');
  expect((await get(path)).metadata.uid).toBe(uid); // adopted, not made again
  const maps = await get(`/api/v1${within}/configmaps`);
  expect(maps.items.filter((each: any) => each.metadata.name.startsWith('map'))).toHaveLength(5);
  expect((await get(`/apis/apps/v1${within}/deployments`)).items).toHaveLength(1);
  await engine.up(crash('calm'), '--expect-no-changes');
  // The engine keeps the names of interrupted creates until it is told that they are settled.
  await engine.succeed(['refresh', '--yes', '--skip-preview', '--clear-pending-creates'], crash('calm'));
  await engine.succeed(['refresh', '--preview-only', '--expect-no-changes'], crash('calm'));
  expect((await engine.state()).pending).toEqual([]);
  await engine.succeed(['destroy', '--yes', '--skip-preview'], crash('calm'));
});

test('an object that is not ready is told with its reason, kept, and repaired by the next up', async () => {
  const { code, text } = await engine.run(['up', '--yes', '--skip-preview'], crash('refused', '6'));
  expect(code).not.toBe(0);
  expect(text).toContain('not ready after 6 s');
  expect(text).toMatch(/exceeded quota: quota/);
  expect((await engine.resource('stuck')).initErrors?.join()).toContain('exceeded quota');
  await engine.up(crash('calm'));
  expect((await engine.resource('stuck')).initErrors ?? []).toEqual([]);
});

test('Ctrl-C ends a wait at once', async () => {
  await engine.succeed(['destroy', '--yes', '--skip-preview'], crash('calm'));
  const { child, done } = engine.start(['up', '--yes', '--skip-preview'], crash('stuck'));
  await until('the Deployment exists', () => exists(`/apis/apps/v1${within}/deployments/stuck`));
  await pause(500);
  const start = Date.now();
  process.kill(child.pid ?? 0, 'SIGINT');
  const { code, text } = await done;
  expect(code).not.toBe(0);
  expect(text).toContain('cancelled');
  expect(Date.now() - start).toBeLessThan(8000);
  await engine.up(crash('calm'));
  await engine.succeed(['destroy', '--yes', '--skip-preview'], crash('calm'));
});
