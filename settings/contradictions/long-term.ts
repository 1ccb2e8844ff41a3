import { ownStore } from '../long-term-schema';
import { formatDuration, formatSize } from '../units';
import { labVolumeBytes } from './cluster';
import type { Contradiction } from './contradiction';
import { whereRun } from './run-monitoring';

/** Contradictions of `monitoring.longTerm` with itself and with others. */
export const longTermContradictions: readonly Contradiction[] = whereRun([
  {
    uses: ['monitoring.longTerm'],
    find: ({ monitoring: { longTerm } }) =>
      longTerm.enabled || longTerm.remoteWrite === undefined
        ? []
        : [
            {
              field: 'monitoring.longTerm.remoteWrite',
              hidden: true,
              allowed: 'left out, as monitoring.longTerm.enabled is false',
              mend: 'remove one of the two',
            },
          ],
  },
  {
    uses: ['monitoring.longTerm'],
    find: ({ monitoring: { longTerm } }) => {
      if (longTerm.remoteWrite === undefined) return [];
      const { retention, retentionSize, storage } = longTerm;
      const written = {
        ...(retention === undefined ? {} : { retention: formatDuration(retention) }),
        ...(retentionSize === undefined ? {} : { retentionSize: formatSize(retentionSize) }),
        ...(storage.size === undefined ? {} : { 'storage.size': formatSize(storage.size) }),
      };
      return Object.entries(written).map(([field, value]) => ({
        field: `monitoring.longTerm.${field}`,
        value,
        allowed: 'left out beside remoteWrite: your store keeps the counts, and none is made here',
        mend: 'remove it, or remove remoteWrite',
      }));
    },
  },
  {
    uses: ['monitoring.longTerm', 'monitoring.retention'],
    find: ({ monitoring: { longTerm, retention: main } }) => {
      const { retention } = ownStore(longTerm);
      return !longTerm.enabled || longTerm.remoteWrite !== undefined || retention > main
        ? []
        : [
            {
              field: 'monitoring.longTerm.retention',
              value: formatDuration(retention),
              allowed: `more than monitoring.retention, ${formatDuration(main)}, which keeps as much by itself`,
              mend: 'raise it, or write monitoring.longTerm.enabled: false',
            },
          ];
    },
  },
  {
    uses: ['monitoring.longTerm'],
    find: ({ monitoring: { longTerm } }) => {
      const { retentionSize, storageSize } = ownStore(longTerm);
      return retentionSize <= storageSize * 0.9
        ? []
        : [
            {
              field: 'monitoring.longTerm.retentionSize',
              value: formatSize(retentionSize),
              allowed: `at most nine tenths of monitoring.longTerm.storage.size, ${formatSize(storageSize)}: the write-ahead log needs the rest`,
              mend: 'lower it, or give more storage',
            },
          ];
    },
  },
  {
    uses: ['cluster', 'monitoring.longTerm'],
    find: ({ cluster, monitoring: { longTerm } }) => {
      const { storageSize } = ownStore(longTerm);
      return cluster.kind !== 'lab' || storageSize <= labVolumeBytes
        ? []
        : [
            {
              field: 'monitoring.longTerm.storage.size',
              value: formatSize(storageSize),
              allowed: `at most ${formatSize(labVolumeBytes)} on the lab, whose volumes are made beforehand`,
              mend: 'lower it, or use an existing cluster',
            },
          ];
    },
  },
]);
