import type { SignalModel } from './model';
import { type PathRow, pathRow } from './paths';

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

/**
 * Paths whose page comes with that of this path when what they share is gone, nearest first; where names fail, open connections go on, so
 * that page is alone.
 */
export function simultaneousLeaders(model: Pick<SignalModel, 'paths'>, name: string): string[] {
  return [serverLeader(model, name), behindLeader(model, name)].filter((leader) => leader !== undefined);
}

/** Every path whose total outage explains one of this path, nearest first. */
export function leaders(model: Pick<SignalModel, 'paths'>, name: string): string[] {
  const names = needsNames(rowIn(model, name)) && model.paths.some((path) => path.name === 'dns');
  return [...simultaneousLeaders(model, name), ...(names ? (['dns'] as const) : [])];
}

/** Every path that this one leads, in the model's order. */
export function followers(model: Pick<SignalModel, 'paths'>, name: string): string[] {
  return model.paths.map((path) => path.name).filter((other) => leaders(model, other).includes(name));
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
