import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { neededKinds, readCrds } from '../../../components/monitoring/operator-crds';
import { definitionsOf } from '../../../lab/toolchain/definitions';
import { findGo, runGo } from '../../../lab/toolchain/go';
import { families } from '../../../lab/toolchain/programs';
import {
  type DefinitionsName,
  ensureDefinitions,
  publishedOperatorCrds,
  sources,
} from '../../../lab/toolchain/published-definitions';

const modules = join(__dirname, '../../../lab/toolchain');
const progress = { step: () => undefined, end: () => undefined };
let cache: string;
const before = process.env['XDG_CACHE_HOME'];
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'definitions-'));
  process.env['XDG_CACHE_HOME'] = cache;
});
afterEach(() => {
  rmSync(cache, { recursive: true });
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
});

/** Directory of a module that a wrapper is pinned to, downloaded where it is not yet. */
async function moduleDirectory(family: string, module: string): Promise<string> {
  const cwd = join(modules, family);
  process.env['XDG_CACHE_HOME'] = before ?? join(homedir(), '.cache');
  const go = await findGo([cwd]);
  const { code, stdout, lines } = await runGo(go, ['mod', 'download', '-json', module], { cwd });
  process.env['XDG_CACHE_HOME'] = cache;
  expect({ code, said: code === 0 ? '' : lines.join('\n') }).toEqual({ code: 0, said: '' });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

const origin: Readonly<Record<DefinitionsName, [string, string]>> = {
  operator: ['pods', 'github.com/prometheus-operator/prometheus-operator'],
  gateway: ['istio', 'sigs.k8s.io/gateway-api'],
};

/** The files of a release out of its Go module. */
async function released(name: DefinitionsName): Promise<Map<string, string>> {
  const directory = await moduleDirectory(...origin[name]);
  return new Map(
    sources(name).map(({ url }) => {
      const path = new URL(url).pathname.split('/').slice(4).join('/');
      return [url, readFileSync(join(directory, path), 'utf8')];
    }),
  );
}

describe.each(['operator', 'gateway'] as const)('the definitions of the %s', (name) => {
  test('are those of the release that is compiled here', async () => {
    const files = await released(name);
    for (const { url, sha256 } of sources(name))
      expect([
        url,
        createHash('sha256')
          .update(files.get(url) ?? '')
          .digest('hex'),
      ]).toEqual([url, sha256]);
  });
});

test('what is fetched is what the operator needs, and is fetched once', async () => {
  const files = await released('operator');
  const asked: string[] = [];
  const get = async (url: string) => (asked.push(url), files.get(url) ?? '');
  await ensureDefinitions(['operator'], progress, undefined, get);
  const place = publishedOperatorCrds();
  expect(place.startsWith(cache)).toBe(true);
  expect(readCrds(readFileSync(place, 'utf8'))).toHaveLength(neededKinds.length);
  expect(JSON.parse(readFileSync(place, 'utf8'))).toEqual(definitionsOf([...files.values()]));
  expect(asked).toHaveLength(sources('operator').length);
  await ensureDefinitions(['operator'], progress, undefined, get);
  expect(asked).toHaveLength(sources('operator').length);
  expect(asked[0]).toContain(`/v${families['prometheus-operator'].programs['crds']?.version ?? ''}/`);
});

test('another file is refused, and nothing is kept', async () => {
  await expect(
    ensureDefinitions(['gateway'], progress, undefined, async () => 'kind: Mischief'),
  ).rejects.toThrow(/gatewayclasses\.yaml is not the file that was checked/);
  expect(existsSync(join(cache, 'continuous-load', 'definitions'))).toBe(false);
});

test('a machine without a way there is told the way out', async () => {
  const get = () =>
    Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') }));
  await expect(ensureDefinitions(['operator'], progress, undefined, get)).rejects.toThrow(
    /cannot be fetched: getaddrinfo ENOTFOUND.*HTTPS_PROXY.*npm run up lab/,
  );
});
