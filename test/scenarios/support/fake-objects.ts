import type { Removal } from '../../../scenarios/chaos-bodies';
import type { Changed } from '../../../scenarios/chaos-contract';
import {
  madeByLabel,
  type ObjectMode,
  type OwnObject,
  ownObjects,
  type RawObject,
} from '../../../scenarios/chaos-objects';

/** Objects of the reaper's own kinds, as the API server keeps them. */
export class FakeObjects {
  readonly raw: Record<ObjectMode, RawObject[]> = { services: [], routes: [] };
  /** What was made and removed, in order: `make services chaos-services-0`. */
  readonly changes: string[] = [];
  private version = 0;

  own(mode: ObjectMode): OwnObject[] {
    return ownObjects(mode, this.raw[mode]);
  }

  make(mode: ObjectMode, name: string, me: string, dryRun: boolean): Changed {
    if (this.raw[mode].some(({ metadata }) => metadata.name === name)) return { outcome: 'gone', uid: '' };
    const uid = `uid-${(this.version += 1)}`;
    if (!dryRun) {
      this.raw[mode].push({ metadata: { name, uid, labels: { [madeByLabel]: me } } });
      this.changes.push(`make ${mode} ${name}`);
    }
    return { outcome: 'done', uid };
  }

  unmake(mode: ObjectMode, { name, uid }: OwnObject): Removal {
    const found = this.raw[mode].findIndex(({ metadata }) => metadata.uid === uid);
    if (found < 0) return 'gone';
    this.raw[mode].splice(found, 1);
    this.changes.push(`unmake ${mode} ${name}`);
    return 'done';
  }

  /** All that is there, by name. */
  names(): string[] {
    return Object.values(this.raw)
      .flat()
      .map(({ metadata }) => metadata.name);
  }
}
