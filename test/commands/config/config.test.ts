import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { config } from '../../../commands/config';
import { explain } from '../../../commands/config/explain';
import { entriesOf } from '../../../commands/config/keys';
import { masked, presentValue } from '../../../commands/config/present';
import { configCatalogue } from '../../../settings/catalogue';
import { exampleOf, standInFor } from '../../../settings/example';

const catalogue = configCatalogue();
let directory: string;

beforeAll(() => {
  process.env['XDG_STATE_HOME'] = '/nowhere';
  directory = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What the verb prints; throws what it throws. */
async function run(...argv: string[]): Promise<string> {
  const printed: string[] = [];
  await config(argv, { print: (text) => printed.push(text) });
  return printed.join('\n');
}

async function refusal(...argv: string[]): Promise<string> {
  try {
    await run(...argv);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('accepted');
}

function file(sections: Record<string, unknown>): string {
  const path = join(directory, `${Object.keys(sections).join('-')}.yaml`);
  const keyed = Object.entries(sections).map(([key, value]) => [`continuous-load:${key}`, value]);
  writeFileSync(path, stringify({ config: Object.fromEntries(keyed) }));
  return path;
}

describe('explain', () => {
  test('a key: what it is, what it takes, what holds without it, how to set it', async () => {
    expect(await run('explain', 'paths.service.rate')).toMatchInlineSnapshot(`
"paths.service.rate
  Load on the path; injectors share it.

  type        number
  must be     a number from 0.1 to 1000, probes per second in total over all injectors
  left out    4
  set         pulumi config set --path 'continuous-load:paths.service.rate' 4
  try once    npm run up -- --set paths.service.rate=4   (on a lab)"
`);
  });

  test('what differs by the kind of cluster', async () => {
    expect(await run('explain', 'monitoring.retentionSize')).toMatch(/left out +8GB; on k3d 4GB/);
    expect(await run('explain', 'cluster.nodes')).toMatch(
      /^cluster\.nodes {3}\(where cluster\.kind is lab\)/,
    );
    expect(await run('explain', 'cluster.kind')).toMatch(/left out +refused: it must be written/);
    expect(await run('explain', 'cluster.name')).not.toContain('where cluster.kind');
  });

  test('the sections, a section, and one with too many keys to list them all', async () => {
    expect(await run('explain')).toMatch(/^paths +Load and objectives of each path\.$/m);
    expect(await run('explain', 'monitoring')).toMatch(/^ {2}storage +2 keys +own, .*Prometheus/m);
    expect(await run('explain', 'monitoring.receivers')).toMatch(/^ {2}email\.to +needed +Who gets/m);
    expect(await run('explain', 'paths')).toMatch(/^ {2}dns +6 keys +Cluster DNS/m);
  });

  test('what a stack has, but for its secrets', async () => {
    const yaml = file({
      cluster: { kind: 'existing', context: 'a' },
      monitoring: {
        receivers: [
          { name: 'a', url: { secure: 'v1:abc' } },
          { name: 'b', url: 'https://hooks.example.org/s3cret' },
        ],
      },
      load: { maxRate: 50 },
    });
    const of = (key: string) => run('explain', key, '--stack', 'mine', '--config-file', yaml);
    expect(await of('load.maxRate')).toMatch(/now +50, in cluster-monitoring-load\.yaml/);
    expect(await of('load.maxRate')).toContain('pulumi config set --stack mine --path');
    expect(await of('load')).toMatch(/maxRate +50 \*/);
    expect(await of('period')).toMatch(/now +left out in/);
    for (const key of ['monitoring', 'monitoring.receivers', 'monitoring.receivers[1].url']) {
      expect(await of(key)).not.toMatch(/s3cret|v1:abc/);
      expect(await run('explain', key, '--json', '--config-file', yaml)).not.toMatch(/s3cret|v1:abc/);
    }
    expect(await of('monitoring.receivers[0].url')).toContain(masked);
    expect(await of('monitoring.receivers[1].name')).toMatch(/now +b,/);
  });

  test('a secret is set by a command that asks for it', async () => {
    expect(await run('explain', 'monitoring.receivers[0].url')).toMatch(
      /set +pulumi config set --secret --path 'continuous-load:monitoring\.receivers\[0\]\.url'$/m,
    );
  });

  test('on a lab, whose state is not where Pulumi would look, by its file', async () => {
    const text = await run('explain', 'podinfo.clientTimeout', '--stack', 'lab');
    expect(text).toMatch(/under config:\n +continuous-load:podinfo:\n +clientTimeout: 1s\n/);
    expect(text).not.toContain('pulumi config set');
  });

  test('as JSON', async () => {
    const [rate] = JSON.parse(await run('explain', 'continuous-load:paths.dns.rate', '--json'));
    expect(rate).toMatchObject({ key: 'paths.dns.rate', type: 'number', default: 4, form: 'field' });
    expect(JSON.parse(await run('explain', '--json')).sections).toHaveLength(
      new Set(catalogue.map(({ key }) => key.split(/[.[]/)[0])).size,
    );
  });

  test.each([
    ['paths.servce.rate', /did you mean paths\.service\.rate\?/],
    ['monitorng.receivers.0.urll', /did you mean monitoring\.receivers\[\]\.url\?/],
    ['clientTimeout', /did you mean podinfo\.clientTimeout\?/],
    ['quux', /known keys are cluster, paths, /],
    ['load.frequency', /known keys under load are enabled, maxRate/],
    ['load.maxRate.x', /load\.maxRate has no keys under it/],
  ])('%s is no key', async (key, words) => {
    expect(await refusal('explain', key)).toMatch(words);
  });

  test('every key by itself, nearly all with an example, which it takes', () => {
    const without: string[] = [];
    for (const entry of catalogue) {
      expect(explain(entry.key, catalogue)[0]).toMatchObject({ key: entry.key });
      expect(entriesOf(`continuous-load:${entry.key.replaceAll('[]', '[3]')}`, catalogue)).toContainEqual(
        entry,
      );
      if (entry.facts === undefined || entry.facts.hidden) continue;
      const example = exampleOf(entry);
      if (example === undefined) without.push(entry.key);
      else expect([entry.key, entry.facts.accepts(example)]).toEqual([entry.key, true]);
    }
    // Names of the user's own, of which there is no example that would do.
    expect(without.length).toBeLessThan(catalogue.length / 20);
  });
});

test('present values: of an item, of every item, of nothing', () => {
  const raw = { a: [{ b: 1 }, { b: 2, c: { secure: 'x' } }], d: null };
  const at = (key: string) => presentValue(raw, key, catalogue);
  expect([at('a[1].b'), at('a[].b'), at('a.b'), at('a[5].b'), at('e.f'), at('d')]).toEqual([
    2,
    [1, 2],
    [1, 2],
    undefined,
    undefined,
    null,
  ]);
  expect(at('a')).toEqual([{ b: 1 }, { b: 2, c: masked }]);
});

describe('check', () => {
  test('a right config is right, a wrong one is refused as `up` would', async () => {
    expect(await run('check', 'lab')).toBe('The config of stack lab (Pulumi.lab.yaml) is right.');
    const yaml = file({ cluster: { kind: 'lab' }, paths: { servce: {} }, period: '31d' });
    const message = await refusal('check', '--config-file', yaml);
    expect(message).toMatch(/^2 mistakes in the config of stack lab \(cluster-paths-period\.yaml\)/);
    expect(message).toMatch(/did you mean service\?/);
    expect(message).toMatch(/period is "31d"/);
  });

  test('as JSON, with the same exit code', async () => {
    const printed: string[] = [];
    const yaml = file({ cluster: { kind: 'lab' }, period: '31d' });
    const verb = config(['check', '--json', '--config-file', yaml], { print: (text) => printed.push(text) });
    await expect(verb).rejects.toMatchObject({ name: 'Failure', exitCode: 1 });
    expect(JSON.parse(printed.join(''))).toEqual({
      stack: 'lab',
      file: yaml,
      problems: [
        {
          key: 'continuous-load:period',
          found: 'is "31d"',
          allowed: 'one of 7d, 28d, 30d, 90d',
          mend: 'write for example 30d',
        },
      ],
      plainSecrets: [],
    });
    expect(JSON.parse(await run('check', 'lab', '--json')).problems).toEqual([]);
  });

  test('secrets of any form are taken, since only Pulumi can read them', async () => {
    const secret = { secure: 'v1:abc' };
    const yaml = file({
      cluster: { kind: 'existing', kubeconfig: secret },
      images: { k6: 'r.example.org/k6:1', echo: 'r.example.org/echo:1' },
      monitoring: {
        receivers: [
          { name: 'pager', pagerDuty: { routingKey: secret } },
          {
            name: 'mail',
            email: {
              to: 'a@example.org',
              from: 'b@example.org',
              smarthost: 'smtp.example.org:25',
              username: secret,
              password: secret,
            },
          },
        ],
      },
    });
    expect(await run('check', 'mine', '--config-file', yaml)).toMatch(/is right\.$/);
    for (const entry of catalogue.filter(({ facts }) => facts?.hidden))
      expect([entry.key, entry.facts?.accepts(standInFor(entry))]).toEqual([entry.key, true]);
  });

  test('credentials in plain text are named, without their values, and are no mistake', async () => {
    const secret = { secure: 'v1:abc' };
    const yaml = file({
      cluster: { kind: 'existing', kubeconfig: '/home/me/.kube/config' },
      images: { k6: 'r.example.org/k6:1', echo: 'r.example.org/echo:1' },
      targets: [
        {
          name: 'shop',
          http: { url: 'https://shop.example.org/', headers: { Authorization: 's3cret', Accept: secret } },
        },
      ],
      monitoring: {
        receivers: [
          { name: 'chat', slack: { url: secret } },
          { name: 'pager', pagerDuty: { routingKey: 'a5'.repeat(16) } },
        ],
      },
    });
    const said = await run('check', 'mine', '--config-file', yaml);
    expect(said).toMatch(/is right\./);
    expect(said.match(/^ {2}! .*$/gm)).toEqual([
      '  ! continuous-load:targets[0].http.headers.Authorization',
      '  ! continuous-load:monitoring.receivers[1].pagerDuty.routingKey',
    ]);
    expect(said).toContain("--secret --path 'continuous-load:targets[0].http.headers.Authorization'");
    expect(said).not.toMatch(/s3cret|a5a5/);
    const { plainSecrets } = JSON.parse(await run('check', 'mine', '--json', '--config-file', yaml));
    expect(plainSecrets).toHaveLength(2);
  });

  test('of what is no stack: refused', async () => {
    expect(await refusal('check', 'lba')).toMatch(/no stack 'lba'[^]*Stacks here: [^]*lab/);
    expect(await refusal('check', 'lab', '--stack', 'dev')).toMatch(/Which stack, lab or dev/);
  });
});

test('schema prints JSON that an editor understands', async () => {
  expect(JSON.parse(await run('schema'))).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    properties: { config: { properties: { 'continuous-load:paths': { type: 'object' } } } },
  });
});
