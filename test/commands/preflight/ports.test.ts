import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { findHolders, parseListeners } from '../../../commands/preflight/ports';

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const line = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0`;

test('finds what listens where 127.0.0.1 would: there, on any IPv4, on any IPv6', () => {
  const v4 = [header, line('0100007F:403B', '0A', 11), line('00000000:0050', '0A', 12)].join('\n');
  const v6 = [header, line(`${'0'.repeat(32)}:1F90`, '0A', 13)].join('\n');
  expect(parseListeners(v4)).toEqual([
    { port: 16443, inode: '11' },
    { port: 80, inode: '12' },
  ]);
  expect(parseListeners(v6)).toEqual([{ port: 8080, inode: '13' }]);
});

test('leaves out connections and listeners on other addresses', () => {
  const table = [
    header,
    line('0100007F:403B', '01', 11),
    line('0A00000A:0050', '0A', 12),
    line(`${'0'.repeat(24)}01000000:0051`, '0A', 13),
    '',
  ];
  expect(parseListeners(table.join('\n'))).toEqual([]);
});

describe('with a listener of our own', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  afterAll(() => server.close());

  test('names the process that holds a port, and no other', () => {
    const holders = findHolders([port, 1]);
    expect([...holders.keys()]).toEqual([port]);
    expect(holders.get(port)?.pid).toBe(process.pid);
    // whole, however long: the place of a lab may be at its end
    expect(holders.get(port)?.command).toBe(
      readFileSync('/proc/self/cmdline', 'utf8').split('\0').join(' ').trim(),
    );
  });
});
