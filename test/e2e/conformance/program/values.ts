import type * as k8s from '@pulumi/kubernetes';
import * as random from '@pulumi/random';

/** Every class of @pulumi/random. */
export function values(_provider: k8s.Provider, phase: string): Record<string, unknown> {
  const keepers = { phase: phase === 'replace' ? 'two' : 'one' };
  const password = new random.RandomPassword('password', { length: 24, minSpecial: 2, keepers });
  const text = new random.RandomString('text', { length: 12, special: false, upper: false });
  const id = new random.RandomId('id', { byteLength: 8, prefix: 'x-' });
  const bytes = new random.RandomBytes('bytes', { length: 16 });
  const integer = new random.RandomInteger('integer', { min: 10, max: 20 });
  const pet = new random.RandomPet('pet', { length: 3, prefix: 'my' });
  const shuffle = new random.RandomShuffle('shuffle', { inputs: ['a', 'b', 'c', 'd'], resultCount: 2 });
  const uuid = new random.RandomUuid('uuid');
  new random.RandomUuid4('uuid4');
  new random.RandomUuid7('uuid7');
  return {
    password: password.result,
    text: text.result,
    hex: id.hex,
    bytes: bytes.base64,
    integer: integer.result,
    pet: pet.id,
    shuffle: shuffle.results,
    uuid: uuid.result,
  };
}
