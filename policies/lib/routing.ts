import { parse } from 'yaml';
import { at, fields, list, notKnown, text } from './data';
import { nameOf, type KubernetesObject } from './objects';
import { matches, type Matcher } from './promql';
import type { Stack } from './stack';

/** Alertmanager's configuration file, and the object that it belongs to. */
export interface Routing {
  readonly object: KubernetesObject;
  /** What the file says. */
  readonly config: unknown;
}

/**
 * The configuration of every Alertmanager of a stack, as far as it is known: of operated ones the Secret that they name; and of one that
 * somebody else keeps the branch that an AlertmanagerConfig adds to it. Of Google's managed one the Secret that the OperatorConfig names.
 */
export function routings(stack: Stack): readonly Routing[] {
  return [...ofServers(stack), ...ofGoogle(stack), ...ofBranches(stack)];
}

function ofBranches(stack: Stack): Routing[] {
  return stack
    .of('AlertmanagerConfig')
    .map((object) => ({ object, config: fromResource(at(object.value, 'spec')) }));
}

/** An AlertmanagerConfig's `spec` in the words of Alertmanager's file, as far as routing goes. */
function fromResource(spec: unknown): unknown {
  return {
    route: { receiver: '', routes: [routeFromResource(at(spec, 'route'))] },
    receivers: list(at(spec, 'receivers')).map((receiver) =>
      Object.fromEntries(
        fields(receiver).map(([key, value]) => [key.replace(/Configs$/, '_configs'), value]),
      ),
    ),
  };
}

function routeFromResource(route: unknown): unknown {
  return {
    receiver: at(route, 'receiver'),
    continue: at(route, 'continue'),
    matchers: list(at(route, 'matchers')).map(
      (matcher) =>
        `${text(at(matcher, 'name')) ?? ''}${text(at(matcher, 'matchType')) ?? '='}"${text(at(matcher, 'value')) ?? ''}"`,
    ),
    routes: list(at(route, 'routes')).map(routeFromResource),
  };
}

function ofServers(stack: Stack): Routing[] {
  return stack.of('Alertmanager').flatMap((object) => {
    const named = text(at(object.value, 'spec', 'configSecret')) ?? `alertmanager-${object.name}`;
    const secret = stack
      .of('Secret')
      .find(({ name, namespace }) => name === named && namespace === object.namespace);
    return secret ? read(object, secret, defaultKey) : [];
  });
}

/** The managed Alertmanager of Google: the Secret lies beside the OperatorConfig. One that is not of this stack may be there all the same. */
function ofGoogle(stack: Stack): Routing[] {
  return stack.of('OperatorConfig').flatMap((object) => {
    const named = at(object.value, 'managedAlertmanager', 'configSecret');
    const key = text(at(named, 'key')) ?? defaultKey;
    const secret = stack
      .of('Secret')
      .find(({ name, namespace }) => name === at(named, 'name') && namespace === object.namespace);
    return secret ? read(object, secret, key) : [];
  });
}

const defaultKey = 'alertmanager.yaml';

function read(object: KubernetesObject, secret: KubernetesObject, key: string): Routing[] {
  const file = content(secret, key);
  if (file === undefined) return [];
  try {
    return [{ object, config: parse(file) as unknown }];
  } catch {
    return [{ object, config: undefined }];
  }
}

function content({ value }: KubernetesObject, key: string): string | undefined {
  const literal = at(value, 'stringData', key);
  const encoded = at(value, 'data', key);
  if (literal === notKnown || encoded === notKnown) return undefined;
  return (
    text(literal) ?? (typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString() : undefined)
  );
}

/** Receivers that an alert with these labels reaches (https://prometheus.io/docs/alerting/latest/configuration/#route). */
export function reached(config: unknown, labels: Readonly<Record<string, string>>): readonly string[] {
  return walk(at(config, 'route'), labels, '');
}

function walk(route: unknown, labels: Readonly<Record<string, string>>, inherited: string): string[] {
  const receiver = text(at(route, 'receiver')) ?? inherited;
  const found: string[] = [];
  for (const child of list(at(route, 'routes'))) {
    if (!takes(child, labels)) continue;
    found.push(...walk(child, labels, receiver));
    if (at(child, 'continue') !== true) return found;
  }
  return found.length > 0 ? found : [receiver];
}

function takes(route: unknown, labels: Readonly<Record<string, string>>): boolean {
  const matchers = [
    ...list(at(route, 'matchers')).map((matcher) => parseMatcher(text(matcher) ?? '')),
    ...fields(at(route, 'match')).map(([label, value]): Matcher => ({
      label,
      op: '=',
      value: String(value),
    })),
    ...fields(at(route, 'match_re')).map(([label, value]): Matcher => ({
      label,
      op: '=~',
      value: String(value),
    })),
  ];
  return matchers.every((matcher) => matcher !== undefined && matches(matcher, labels[matcher.label] ?? ''));
}

function parseMatcher(matcher: string): Matcher | undefined {
  const parts = /^\s*([a-zA-Z_]\w*)\s*(=~|!=|!~|=)\s*"?(.*?)"?\s*$/.exec(matcher);
  return parts ? { label: parts[1] ?? '', op: parts[2] as Matcher['op'], value: parts[3] ?? '' } : undefined;
}

/** Receivers that tell somebody. */
export function telling(config: unknown): ReadonlySet<string> {
  const receivers = list(at(config, 'receivers')).filter((receiver) =>
    fields(receiver).some(([key, value]) => key.endsWith('_configs') && list(value).length > 0),
  );
  return new Set(receivers.flatMap((receiver) => text(at(receiver, 'name')) ?? []));
}

/** What a routing is of, for messages. */
export function routingName({ object }: Routing): string {
  return nameOf(object);
}
