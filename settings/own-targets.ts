import type { SecretRequests } from '../scenarios/own-target';
import { ownPathSettings, type PathSettings } from '../signals/model';
import { type OwnProbe, ownTargetRow } from '../signals/own-targets';
import { takenNames } from '../signals/paths';
import type { TargetSettings } from './targets-schema';

/** The path that a target of the config becomes. */
export function ownTargetPath(target: TargetSettings): PathSettings {
  const { name, http, dns, tcp, owner } = target;
  const row = ownTargetRow({
    name,
    address: http?.url ?? dns?.name ?? tcp?.address ?? '',
    probe: probeOf(target),
    defaults: {
      ratePerSecond: target.rate,
      timeoutMs: target.timeout,
      availabilityPercent: target.availability,
      latencyPercent: target.latency.percent,
      latencyBoundMs: target.latency.bound,
    },
  });
  return ownPathSettings(row, owner === undefined ? {} : { owner });
}

/** Whether no path of the product and no target before it has its name. */
export function hasNameOfItsOwn(
  { name }: TargetSettings,
  index: number,
  targets: readonly TargetSettings[],
): boolean {
  return !takenNames.has(name) && targets.findIndex((other) => other.name === name) === index;
}

/** Headers and bodies of the requests to these targets by path; targets without any are left out. */
export function secretRequests(targets: readonly TargetSettings[]): SecretRequests {
  return Object.fromEntries(
    targets
      .filter(({ http }) => http?.headers !== undefined || http?.body !== undefined)
      .map(({ name, http }) => [name, { headers: { ...http?.headers }, body: http?.body ?? null }]),
  );
}

function probeOf({ http, dns, tcp }: TargetSettings): OwnProbe {
  if (http)
    return {
      kind: 'http',
      method: http.method,
      status: http.status ?? [],
      bodyContains: http.bodyContains ?? '',
      redirects: http.redirects,
    };
  if (dns)
    return {
      kind: 'dns',
      type: dns.type,
      values: dns.values ?? [],
      absent: dns.absent,
      transport: dns.transport,
      server: dns.server ?? '',
    };
  return { kind: 'tcp', send: tcp?.send ?? '', contains: tcp?.contains ?? '' };
}
