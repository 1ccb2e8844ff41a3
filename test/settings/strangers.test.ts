import { readSettings } from '../../settings';
import { findStrangers } from '../../settings/strangers';
import { stackConfig } from '../deploy';

test.each(['continous-load:paths', 'continuous-Load:period', 'continuousload:load'])(
  '%s is refused: Pulumi would take it and nobody would read it',
  (key) => {
    const config = { ...stackConfig('lab'), [key]: '{}' };
    expect(() => readSettings('lab', config)).toThrow(
      `✖ ${key} is an unknown key; it must be a key of continuous-load, or of a provider\n      → write continuous-load:${key.split(':')[1]}`,
    );
    expect(() => readSettings('lab', config)).toThrow(/^1 mistake /);
  },
);

test('keys of providers and of Pulumi are none of ours', () => {
  const keys = ['kubernetes:context', 'aws:region', 'pulumi:tags', 'continuous-load:paths', 'k3d:x'];
  expect(findStrangers(keys)).toEqual([]);
});
