import {
  describePending,
  parseState,
  pendingOperations,
  resourceCount,
  withoutPendingCreates,
} from '../../../commands/engine/pending-operations';
import { describeLastUpdate } from '../../../commands/engine/last-update';
import { parseOutputs } from '../../../commands/engine/stack-outputs';

const urn = (type: string, name: string) => `urn:pulumi:lab::continuous-load::${type}::${name}`;
const exported = (pending: { type: string; resource: { urn: string; inputs?: object } }[] | null) =>
  JSON.stringify({
    version: 3,
    deployment: {
      secrets_providers: { type: 'passphrase', state: { salt: 'v1:x' } },
      resources: [
        { urn: urn('pulumi:pulumi:Stack', 'continuous-load-lab') },
        { urn: urn('kubernetes:core/v1:Namespace', 'a') },
      ],
      pending_operations: pending,
    },
  });
const creating = {
  type: 'creating',
  resource: { urn: urn('kubernetes:apps/v1:Deployment', 'source'), inputs: { a: 1 } },
};
const deleting = { type: 'deleting', resource: { urn: urn('kubernetes:core/v1:Secret', 's') } };

test('reads what was under way', () => {
  expect(pendingOperations(parseState(exported([creating, deleting])))).toEqual([
    { type: 'creating', urn: creating.resource.urn },
    { type: 'deleting', urn: deleting.resource.urn },
  ]);
  expect(pendingOperations(parseState(exported(null)))).toEqual([]);
  expect(pendingOperations(parseState('{"version":3,"deployment":{}}'))).toEqual([]);
});

test('counts resources without the stack itself', () => {
  expect(resourceCount(parseState(exported(null)))).toBe(1);
  expect(resourceCount(parseState('{"version":3,"deployment":null}'))).toBe(0);
});

test('drops creations only, and keeps everything else of the state as it was', () => {
  const mended = withoutPendingCreates(parseState(exported([creating, deleting])));
  expect(JSON.parse(JSON.stringify(mended))).toEqual(JSON.parse(exported([deleting])));
});

test('names what was under way', () => {
  const operations = pendingOperations(parseState(exported([creating, deleting])));
  expect(describePending(operations)).toBe('Deployment source (creating), Secret s (deleting)');
  expect(describePending(Array.from({ length: 7 }, () => operations[0]!))).toMatch(/ and 2 more$/);
});

test.each([
  [{ same: 64 }, 'Nothing changed.'],
  [{}, 'Nothing changed.'],
  [null, 'Nothing changed.'],
  [{ same: 60, create: 3, update: 1 }, 'Changed: 3 created, 1 updated.'],
  [{ 'create-replacement': 1 }, 'Changed: 1 create-replacement.'],
])('the last update with %j', (resourceChanges, expected) => {
  expect(describeLastUpdate(JSON.stringify([{ kind: 'update', resourceChanges }]))).toBe(expected);
});

test('outputs of another program are refused by name', () => {
  expect(parseOutputs('{"urls":{"prometheus":"http://x"},"more":1}', 'lab').urls).toEqual({
    prometheus: 'http://x',
  });
  expect(() => parseOutputs('{"urls":3}', 'lab')).toThrow(/stack lab.*urls/s);
});
