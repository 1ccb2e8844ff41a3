import { recoveries } from '../../bench/recovery';

test('times by kind of removal, of pods, workloads and nodes; what nobody saw end has none', () => {
  const found = recoveries([
    'time="…" level=info msg="chaos: continuous-load/echo has recovered from evict of echo-1 after 2003 ms" source=console',
    'time="…" level=info msg="chaos: continuous-load/echo has recovered from evict of echo-2, unseen" source=console',
    'time="…" level=info msg="chaos: continuous-load/target has recovered from restart after 18024 ms" source=console',
    'time="…" level=info msg="chaos: node2 has recovered from drain after 30011 ms" source=console',
    'time="…" level=info msg="chaos: continuous-load/echo has recovered from evict of echo-3 after 4001 ms" source=console',
  ]);
  expect([...found]).toEqual([
    ['evict', [2003, 4001]],
    ['restart', [18024]],
    ['drain', [30011]],
  ]);
});
