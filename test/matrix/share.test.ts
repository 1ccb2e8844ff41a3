import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { besideConfig, isOf } from '../e2e/share';
import { suites } from '../e2e/suites';

const config = readFileSync(join(__dirname, '../../Pulumi.lab.yaml'), 'utf8');

test('the lab beside has another name and other ports, and else the same config', () => {
  const read = (text: string) => parse(text).config['continuous-load:cluster'];
  const [before, after] = [read(config), read(besideConfig(config, 'lab-beside'))];
  expect(after.name).toBe('lab-beside');
  const ports = Object.values(before.ports).concat(Object.values(after.ports));
  expect(new Set(ports).size).toBe(2 * Object.keys(before.ports).length);
  expect({ ...after, name: before.name, ports: before.ports }).toEqual(before);
});

test('the shares leave nothing out, and each asks at its end who was told and takes its lab down', () => {
  const namesOf = (share: 'first' | 'second') =>
    suites.filter((suite) => isOf(share, suite)).map(({ name }) => name);
  const [first, second] = [namesOf('first'), namesOf('second')];
  expect(new Set([...first, ...second])).toEqual(new Set(suites.map(({ name }) => name)));
  expect(first.filter((name) => second.includes(name))).toEqual(['calm', 'down']);
});
