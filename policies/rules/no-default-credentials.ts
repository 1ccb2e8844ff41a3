import { allTexts, at, fields, list, shown, text } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { objectRule } from '../lib/rule';
import { containers, workload } from '../lib/workloads';

/** Names of what must be secret. */
const secretName = /passw(or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|credential/i;
/** Names that only point at a secret, or say how long one is good for. */
const pointer = /(name|file|path|ref|mount|seconds|ttl|audience)$/i;
/** What charts and images ship with. */
const defaults = [
  'admin',
  'password',
  'changeme',
  'change-me',
  'secret',
  'prom-operator',
  'grafana',
  'root',
  'test',
  '123456',
];

/** Settings of {@link noDefaultCredentials}. */
interface Words {
  readonly knownPasswords: readonly string[];
}

/** Credentials that everybody knows or can read: default ones in Secrets, any in plain sight. */
export const noDefaultCredentials = objectRule<Words>({
  name: 'no-default-credentials',
  description: 'No credential is a default one, and none lies outside a Secret.',
  mend: 'Take it from a Secret (valueFrom.secretKeyRef), whose value is generated or comes from `pulumi config set --secret`.',
  level: 'mandatory',
  settings: {
    knownPasswords: { type: 'array', description: 'Values that count as default ones.', default: defaults },
  },
  judge: (object, { knownPasswords }) =>
    object.kind === 'Secret'
      ? secretValues(object)
          .filter(([, value]) => knownPasswords.includes(value.toLowerCase()))
          .map(([key]) => `${key} is a password that everybody knows`)
      : object.kind === 'ConfigMap'
        ? inPlainSight(at(object.value, 'data'))
        : inEnvironment(object),
});

function secretValues({ value }: KubernetesObject): [string, string][] {
  const encoded = allTexts(at(value, 'data')).map(([key, one]): [string, string] => [
    `data.${key}`,
    Buffer.from(one, 'base64').toString(),
  ]);
  const literal = allTexts(at(value, 'stringData')).map(([key, one]): [string, string] => [
    `stringData.${key}`,
    one,
  ]);
  return [...encoded, ...literal];
}

function inPlainSight(data: unknown): string[] {
  return fields(data)
    .filter(
      ([key, value]) =>
        isSecretName(key) && text(value) !== '' && typeof value === 'string' && !value.includes('\n'),
    )
    .map(([key]) => `data.${key} is a credential in plain sight`);
}

function inEnvironment(object: KubernetesObject): string[] {
  return containers(workload(object)?.pod).flatMap((container) =>
    list(at(container, 'env'))
      .filter(
        (variable) =>
          isSecretName(text(at(variable, 'name')) ?? '') && (text(at(variable, 'value')) ?? '') !== '',
      )
      .map(
        (variable) =>
          `container ${shown(at(container, 'name'))} has ${text(at(variable, 'name')) ?? ''} in plain sight`,
      ),
  );
}

function isSecretName(name: string): boolean {
  return secretName.test(name) && !pointer.test(name);
}
