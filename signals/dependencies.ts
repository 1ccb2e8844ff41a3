import type { SignalModel } from './model';
import { connectionsOf, type PathRow, pathRow } from './paths';

/**
 * What a page about one path says about others. A path is led by the one whose page comes first when what both need is gone: the name
 * service leads every path that looks names up, and of the paths that end at one server the first that is no stream leads the rest.
 */

/** The path whose page speaks for all that end at the same server, or undefined where that is this path or nobody. */
export function serverLeader(model: Pick<SignalModel, 'paths'>, name: string): string | undefined {
  const server = lastHop(rowIn(model, name));
  const same = model.paths.map(pathRow).filter((row) => lastHop(row) === server);
  const leader = (same.find(({ stream }) => !stream) ?? same[0])?.name;
  return leader === name ? undefined : leader;
}

/** The path whose page speaks for what answers behind the last hop of this one, or undefined where nothing does. */
export function behindLeader(model: Pick<SignalModel, 'paths'>, name: string): string | undefined {
  const { behind } = rowIn(model, name);
  if (behind === undefined) return undefined;
  return model.paths.map(pathRow).find((row) => lastHop(row) === behind)?.name;
}

/** Paths whose page comes with that of this path when what they share is gone, nearest first. */
export function simultaneousLeaders(model: Pick<SignalModel, 'paths'>, name: string): string[] {
  // Open connections go on without names: a path that has such goes down later, or not at all.
  const atOnce = !connectionsOf(rowIn(model, name)).includes('kept');
  const names = atOnce ? nameLeader(model, name) : undefined;
  return [serverLeader(model, name), behindLeader(model, name), names].filter(
    (leader) => leader !== undefined,
  );
}

/** Every path whose total outage explains one of this path, nearest first. */
export function leaders(model: Pick<SignalModel, 'paths'>, name: string): string[] {
  const all = [serverLeader(model, name), behindLeader(model, name), nameLeader(model, name)];
  return all.filter((leader) => leader !== undefined);
}

/** Every path that this one leads, in the model's order. */
export function followers(model: Pick<SignalModel, 'paths'>, name: string): string[] {
  return model.paths.map((path) => path.name).filter((other) => leaders(model, other).includes(name));
}

function nameLeader(model: Pick<SignalModel, 'paths'>, name: string): 'dns' | undefined {
  return needsNames(rowIn(model, name)) && model.paths.some((path) => path.name === 'dns')
    ? 'dns'
    : undefined;
}

function rowIn(model: Pick<SignalModel, 'paths'>, name: string): PathRow {
  return pathRow(model.paths.find((path) => path.name === name) ?? { name });
}

function lastHop({ hops }: PathRow): string | undefined {
  return hops.at(-1)?.to;
}

function needsNames({ reasons, overClusterDns }: PathRow): boolean {
  return 'dns' in reasons || overClusterDns === true;
}
