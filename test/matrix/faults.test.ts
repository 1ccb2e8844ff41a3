import { establishedPeers } from '../e2e/matrix/connections';
import { contrary, misbehaves } from '../e2e/matrix/stand-in/behaviour';

describe('misbehaves', () => {
  test.each([0, 1, 3, 5, 10])('%d of each ten, wherever they begin', (ofTen) => {
    const numbers = Array.from({ length: 60 }, (_, number) => misbehaves(number, ofTen));
    for (let from = 0; from < 50; from++)
      expect(numbers.slice(from, from + 10).filter(Boolean)).toHaveLength(ofTen);
  });

  test('all without a share', () =>
    expect([0, 1, 2].map((number) => misbehaves(number))).toEqual([true, true, true]));
});

describe('contrary', () => {
  const question = (name: string) =>
    Buffer.concat([
      ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
      Buffer.from([0, 0, 1, 0, 1]),
    ]);
  const message = (code: number, answers: number, name: string, rest: Buffer) =>
    Buffer.concat([
      Buffer.from([0xab, 0xcd, 0x85, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 1]),
      question(name),
      rest,
    ]);

  test('a name that exists does not', () => {
    const told = contrary(message(0, 1, 'target.svc', Buffer.alloc(27)));
    expect(told.subarray(0, 12)).toEqual(Buffer.from([0xab, 0xcd, 0x85, 0x83, 0, 1, 0, 0, 0, 0, 0, 0]));
    expect(told.subarray(12)).toEqual(question('target.svc'));
  });

  test('a name that is absent by design has an address', () => {
    const told = contrary(message(3, 0, 'absent-by-design.svc', Buffer.alloc(40)));
    expect(told.subarray(0, 12)).toEqual(Buffer.from([0xab, 0xcd, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]));
    expect([...told.subarray(-4)]).toEqual([192, 0, 2, 1]);
    expect(told).toHaveLength(12 + question('absent-by-design.svc').length + 16);
  });

  test('another absent name stays absent', () => {
    expect(contrary(message(3, 0, 'target.other.svc', Buffer.alloc(0))).readUInt8(3)).toBe(0x83);
  });
});

test('peers of established connections are read from the kernel’s table, IPv4 in IPv6 too', () => {
  const table = `  sl  local_address                         remote_address                        st tx_queue
   0: 00000000000000000000000000000000:26AA 00000000000000000000000000000000:0000 0A 0
   1: 0000000000000000FFFF00000201520A:26AA 0000000000000000FFFF00000702520A:C3A8 01 0
   2: 0000000000000000FFFF00000201520A:26AA 0000000000000000FFFF00000802520A:C3A9 06 0
   3: 0000000000000000FFFF00000201520A:270F 0000000000000000FFFF00000902520A:C3AA 01 0
`;
  expect(establishedPeers(table, 0x26aa)).toEqual([{ address: '10.82.2.7', port: 0xc3a8 }]);
});
