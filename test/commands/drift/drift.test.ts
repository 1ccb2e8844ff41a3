import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judged, renderDrift } from '../../../commands/drift';
import { keysOf, readDrift } from '../../../commands/drift/drifted';

// Events of a real engine (3.259) and the stand-in provider: a stack of which a Service was deleted, a Secret, an image and a number of
// replicas edited; and one whose cluster does not answer.
const stream = (name: string) => readDrift(readFileSync(join(__dirname, 'streams', `${name}.jsonl`), 'utf8'));

describe('the events of a refresh', () => {
  const { drifted, complete, errors } = stream('drift');

  it('name each resource that drifted, with fields, what was wanted and what was found', () => {
    expect(complete && errors.length === 0).toBe(true);
    expect(drifted.map(({ resource, what, fields }) => ({ resource, what, fields }))).toEqual([
      { resource: 'Service shop/web', what: 'gone', fields: [] },
      {
        resource: 'Secret shop/login',
        what: 'changed',
        fields: [{ field: 'stringData.password', wanted: '[secret]', found: '[secret]' }],
      },
      {
        resource: 'Deployment shop/web',
        what: 'changed',
        fields: [{ field: 'spec.template.spec.containers', wanted: '[secret]', found: expect.any(String) }],
      },
      {
        resource: 'Deployment shop/worker',
        what: 'changed',
        fields: [
          { field: 'spec.replicas', wanted: '1', found: '5' },
          {
            field: 'spec.template.spec.containers[0].image',
            wanted: '"example.org/worker:1.0.0"',
            found: '"example.org/worker:1.0.1"',
          },
        ],
      },
    ]);
  });

  it('hold no secret, neither in the table nor in the JSON', () => {
    const told = renderDrift('shop', drifted) + JSON.stringify(drifted);
    for (const secret of ['hunter2', 'somebody-changed-it']) expect(told).not.toContain(secret);
  });

  it('make a table with a row a field', () => {
    const table = renderDrift('shop', drifted);
    expect(table).toMatch(/^Stack shop: 4 resources drifted\.\n/);
    expect(table).toMatch(/│ Deployment shop\/worker +│ spec\.replicas +│ 1 +│ 5 +│/);
    expect(table).toMatch(/│ Service shop\/web +│ \(all of it\) +│ there +│ gone +│/);
    expect(renderDrift('shop', [])).toBe('Stack shop: nothing drifted.');
  });
});

describe('a refresh that did not come to its end', () => {
  it('is no answer, neither yes nor no', () => {
    const unreachable = stream('unreachable');
    expect(() => judged('shop', 1, unreachable, '')).toThrow(
      /Nobody knows whether stack shop drifted.*\n.*cannot be reached/,
    );
    expect(() => judged('shop', 0, unreachable, '')).toThrow(/Nobody knows/);
    expect(() => judged('shop', 0, { drifted: [], errors: [], complete: false }, '')).toThrow(/Nobody knows/);
    expect(() => judged('shop', 255, { drifted: [], errors: [], complete: true }, 'killed')).toThrow(
      /killed/,
    );
    expect(judged('shop', 0, { drifted: [], errors: [], complete: true }, '')).toEqual([]);
  });
});

test('paths are read as Pulumi writes them', () => {
  expect(keysOf('spec.ports[0].name')).toEqual(['spec', 'ports', '0', 'name']);
  expect(keysOf('metadata.annotations["a.b/c"].d')).toEqual(['metadata', 'annotations', 'a.b/c', 'd']);
  expect(keysOf('data["say \\"x\\""]')).toEqual(['data', 'say "x"']);
});
