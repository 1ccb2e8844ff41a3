import { reasonOfGatewayStatus } from '../../scenarios/gateway';

test.each([
  [404, false, 'route'],
  [502, false, 'upstream'],
  [503, false, 'upstream'],
  [504, false, 'upstream'],
  [500, false, 'status'],
  [418, false, 'status'],
  [404, true, 'status'],
  [503, true, 'status'],
])('status %d, marked as the backend’s: %s → %s', (status, fromBackend, reason) => {
  expect(reasonOfGatewayStatus(status, fromBackend)).toBe(reason);
});
