import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clearStaleLocks,
  lockState,
  locksDirectory,
  processStartMs,
  type EngineLock,
} from '../../../commands/engine/engine-lock';

const lock: EngineLock = {
  file: '/x',
  pid: 42,
  username: 'root',
  hostname: 'here',
  timestamp: '2026-11-21T10:00:00Z',
};
const begun = Date.parse('2026-11-21T09:59:59Z');

test.each([
  ['its process lives', 'here', begun, 'held'],
  ['its process is gone', 'here', undefined, 'stale'],
  ['its id belongs to a later process', 'here', begun + 60_000, 'stale'],
  ['it comes from another host', 'there', undefined, 'foreign'],
] as const)('a lock when %s', (_, host, startedMs, expected) => {
  expect(lockState(lock, host, () => startedMs)).toBe(expected);
});

test('knows when this very process began', () => {
  const began = processStartMs(process.pid) ?? 0;
  expect(Math.abs(Date.now() - process.uptime() * 1000 - began)).toBeLessThan(3_000);
  expect(processStartMs(2 ** 30)).toBeUndefined();
});

describe('in a backend', () => {
  let backend: string;
  const locks = () => locksDirectory(backend, 'lab');
  const write = (name: string, content: object | string) => {
    mkdirSync(locks(), { recursive: true });
    writeFileSync(join(locks(), name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  beforeEach(() => (backend = mkdtempSync(join(tmpdir(), 'locks-'))));
  afterEach(() => rmSync(backend, { recursive: true }));

  test('stale locks go, with what lies beside them', () => {
    write('a.json', { pid: 42, username: 'root', hostname: 'here', timestamp: lock.timestamp });
    write('a.json.attrs', '{}');
    expect(clearStaleLocks(backend, 'lab', 'here', () => undefined).map(({ pid }) => pid)).toEqual([42]);
    expect(readdirSync(locks())).toEqual([]);
  });

  test('a held one stays, also beside a stale one, and its process is named', () => {
    write('a.json', { pid: 42, username: 'root', hostname: 'here', timestamp: lock.timestamp });
    write('b.json', { pid: 43, username: 'root', hostname: 'here', timestamp: lock.timestamp });
    const startOf = (pid: number) => (pid === 43 ? begun : undefined);
    expect(() => clearStaleLocks(backend, 'lab', 'here', startOf)).toThrow(/process 43.*kill -INT 43/);
    expect(existsSync(join(locks(), 'a.json'))).toBe(true);
  });

  test('one of another host stays, and its file is named', () => {
    write('a.json', { pid: 42, username: 'root', hostname: 'there', timestamp: lock.timestamp });
    expect(() => clearStaleLocks(backend, 'lab', 'here', () => undefined)).toThrow(/there.*a\.json/);
  });

  test('a lock that was cut short while written is nobody’s', () => {
    write('a.json', '{"pi');
    expect(clearStaleLocks(backend, 'lab')).toHaveLength(1);
  });

  test('no locks, nothing to do', () => {
    expect(clearStaleLocks(backend, 'lab')).toEqual([]);
  });
});
