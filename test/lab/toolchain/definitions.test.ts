import { definitionsOf } from '../../../lab/toolchain/definitions';

const first = `
# a comment
kind: CustomResourceDefinition
metadata: {name: a}
spec:
  description: a text that nobody reads
  properties:
    description: {type: string, description: a property that is called so}
`;

test('definitions come without descriptions, but with a property of that name', () => {
  expect(definitionsOf([first, '---\nmetadata: {name: b}\n---\n'])).toEqual([
    {
      kind: 'CustomResourceDefinition',
      metadata: { name: 'a' },
      spec: { properties: { description: { type: 'string' } } },
    },
    { metadata: { name: 'b' } },
  ]);
});

test('broken YAML is refused', () => {
  expect(() => definitionsOf(['a: [1'])).toThrow('a definition is no valid YAML');
});
