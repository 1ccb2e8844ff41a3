import { serverView } from '../e2e/support/request-ids';

const line = (workload: string, message: string, fields: Record<string, string>) => ({
  ...{ workload, pod: `${workload}-1`, timeMs: 1_000, message, fields },
});
const id = 'service-kept-11e9kr6k-5-114';

test('the logs of source and target say what arrived and what was answered', () => {
  const view = serverView([
    line('source', 'request started', { uri: `/api/echo?id=${id}`, remote: '10.1.2.3:32954' }),
    line('target', 'request started', { uri: '/api/echo', remote: '10.1.2.4:32954' }),
    line('target', 'request started', {
      uri: '/api/echo?id=service-direct-11e9kr6k-6-1',
      remote: '10.1.2.3:32955',
    }),
    line('source', 'payload received from backend', { response: `"${id}${'.'.repeat(4069)}"` }),
    line('source', 'payload received from backend', { response: 'another text' }),
    line('source', 'request started', { uri: '/healthz', remote: '10.1.2.1:1' }),
  ]);
  expect([...view.atSource.values()]).toEqual([
    expect.objectContaining({ from: '10.1.2.3', id: expect.objectContaining({ text: id, probe: 'kept' }) }),
  ]);
  expect([...view.atTarget.keys()]).toEqual(['service-direct-11e9kr6k-6-1']);
  expect([...view.answered]).toEqual([[id, 1_000]]);
});
