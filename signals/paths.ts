/**
 * The table of paths, from which scenarios, rules, alerts, tests, dashboards and docs derive, and what may be asked about it. A new
 * path is one row in `path-rows/` and one file in `scenarios/`.
 */

import { apiServerRows } from './path-rows/api-server';
import { callRows } from './path-rows/calls';
import { gatewayRows } from './path-rows/gateways';
import { meshRows } from './path-rows/mesh';
import { packetRows } from './path-rows/packets';
import { streamRows } from './path-rows/streams';
import type { Connection, Hop, PathRow, ProbeRow } from './path-types';
import { type MeshPath, meshServices } from './targets';

export * from './path-types';

/** Every path this version can probe. */
export const pathTable = [
  ...callRows,
  ...streamRows,
  ...packetRows,
  ...apiServerRows,
  ...gatewayRows,
  ...meshRows,
] as const satisfies readonly PathRow[];

/** Name of a path in the table. */
export type PathName = (typeof pathTable)[number]['name'];

/** All path names, in the table's order. */
export const pathNames: readonly PathName[] = pathTable.map((row) => row.name);

/** A path by its name; one that is not in the table brings its row. */
export interface PathRef {
  readonly name: string;
  readonly row?: PathRow | undefined;
}

/** The row of a path: its own, else that of the table. Throws a RangeError for a name that is not in the table. */
export function pathRow(path: PathName | PathRef): PathRow {
  const { name, row: own }: PathRef = typeof path === 'string' ? { name: path } : path;
  const rows: readonly PathRow[] = pathTable;
  const row = own ?? rows.find((candidate) => candidate.name === name);
  if (!row) throw new RangeError(`no path ${name} in the table`);
  return row;
}

/** Names that no path of a user's own may have: those of the table, and of what its hops lead to. */
export const takenNames: ReadonlySet<string> = new Set(
  pathTable.flatMap(({ name, hops }) => [name, ...hops.flatMap(({ from, to }) => [from, to])]),
);

/** The distinct kinds of connection a path is probed on. */
export function connectionsOf(row: PathRow): Connection[] {
  return [...new Set(row.probes.map((probe) => probe.conn))];
}

/** What good answers of a probe carry as hop: empty when they went the whole way. */
export function goodHop({ hops }: ProbeRow): Hop {
  const first = hops[0] ?? '';
  return first === '1' ? '' : first;
}

/** Share of a path's probes that goes the whole way, 0…1. */
export function wholeWayShare(row: PathRow): number {
  return row.probes.reduce((sum, probe) => sum + (goodHop(probe) === '' ? probe.share : 0), 0);
}

/** Whether a path goes over source, which has a client timeout of its own. */
export function callsSource(path: PathName | PathRef): boolean {
  return pathRow(path).probes.some(({ calls }) => calls === 'source' || calls === 'sourceIngress');
}

/** Whether a path goes over a podinfo that calls another one, in or out of the mesh. */
export function callsOnwards(path: PathName | PathRef): boolean {
  return callsSource(path) || (isMeshPath(path) && pathRow(path).hops.length > 1);
}

/** Whether a path ends at the echo server. */
export function callsEcho(path: PathName | PathRef): boolean {
  return pathRow(path).probes.some(({ calls }) => calls.startsWith('echo'));
}

/** Whether a path looks up the headless Service that is there for it. */
export function callsHeadless(path: PathName | PathRef): boolean {
  return pathRow(path).probes.some(({ calls }) => calls === 'dnsHeadless');
}

/** Whether a path needs the credentials of the injector's service account. */
export function callsApiServer(path: PathName | PathRef): boolean {
  return pathRow(path).probes.some(({ calls }) => calls.startsWith('api'));
}

/** Whether the probes of a path are requests over HTTP, which clients and gateways may repeat by themselves. */
export function overHttp(path: PathName | PathRef): boolean {
  return ['http', 'https'].includes(pathRow(path).protocol);
}

/** Whether some of these paths goes through a gateway. */
export function throughGateway(paths: readonly PathRef[]): boolean {
  return paths.some((path) => pathRow(path).gateway);
}

/** Whether a path needs the mesh: goes through it, or tries what it must refuse. */
export function isMeshPath(path: PathName | PathRef): boolean {
  return pathRow(path).mesh === true;
}

/** Name of a path that goes the whole way through the mesh, or undefined of any other. */
export function meshPath(path: PathName | PathRef): MeshPath | undefined {
  const { name } = pathRow(path);
  return name in meshServices ? (name as MeshPath) : undefined;
}

/** Whether one of these paths needs somebody in the mesh whom its policy does not name. */
export function needsStranger(paths: readonly PathRef[]): boolean {
  return paths.some((path) => pathRow(path).refuses === 'stranger');
}

/** The images that these paths need and nobody publishes: k6 with the extension, the echo server. */
export function unpublishedImages(paths: readonly PathRef[]): ('k6' | 'echo')[] {
  return [
    ...(paths.some((path) => pathRow(path).extension) ? (['k6'] as const) : []),
    ...(paths.some((path) => callsEcho(path)) ? (['echo'] as const) : []),
  ];
}
