import type { AlertName } from './alert-catalogue';

/** The four roles that continuous-load of 2022 to 2024 alerted on; its alerts were `Continuous_Load_<Role>_<Kind>`. */
export const oldRoles = ['Generator', 'Ingress', 'Source', 'Target'] as const;
export type OldRole = (typeof oldRoles)[number];

/** The six kinds of alerts that each role had, with their condition in words. */
export const oldKinds = {
  p99TooHigh: 'fewer than 99 % of a minute’s requests within 25 ms, for 1 min',
  NftTrafficTooLow: 'under 10 requests per second, for 3 min',
  NftTrafficTooHigh: 'over 100 requests per second, for 3 min',
  AppError: 'more than 0.01 answers per second other than 200',
  CpuTooHigh: 'more CPU than requested',
  MemoryTooHigh: 'over 90 % of the memory requested',
} as const;
export type OldKind = keyof typeof oldKinds;

const pods = { CpuTooHigh: ['CpuThrottled'], MemoryTooHigh: ['MemoryNearLimit'] } as const;
const podinfo = {
  p99TooHigh: ['ServerSlow', 'LatencyBurn'],
  NftTrafficTooLow: ['ServerTraffic'],
  NftTrafficTooHigh: ['ServerTraffic'],
  AppError: ['ServerErrors', 'SloFastBurn', 'SloSlowBurn'],
  ...pods,
} as const;

/** What took the place of each old alert; the first is the nearest. */
export const successors: Readonly<Record<OldRole, Readonly<Record<OldKind, readonly AlertName[]>>>> = {
  Generator: {
    p99TooHigh: ['LatencyBurn'],
    NftTrafficTooLow: ['ProbesShort', 'ProbesDropped', 'InjectorSilent', 'ProbesMissing'],
    NftTrafficTooHigh: ['ProbesOver'],
    AppError: ['SloFastBurn', 'SloSlowBurn', 'PathDown', 'ProberErrors'],
    CpuTooHigh: ['InjectorSaturated'],
    MemoryTooHigh: ['InjectorSaturated'],
  },
  Ingress: {
    p99TooHigh: ['GatewaySlow', 'LatencyBurn'],
    NftTrafficTooLow: ['GatewayTraffic'],
    NftTrafficTooHigh: ['GatewayTraffic'],
    AppError: ['GatewayErrors', 'SloFastBurn', 'SloSlowBurn', 'PathDown'],
    CpuTooHigh: ['CpuThrottled', 'GatewaySaturated'],
    MemoryTooHigh: ['MemoryNearLimit'],
  },
  Source: podinfo,
  Target: podinfo,
};
