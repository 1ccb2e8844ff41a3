import { podsPerDay, seriesPerDay, seriesPerPod } from '../../bench/predecessor';

test('a pod of the design of 2024 has 134 series for one URL, and a hundred more for each further one', () => {
  // nine histograms of 14, and eight others
  expect(seriesPerPod(1)).toBe(9 * 14 + 8);
  expect(seriesPerPod(2)).toBe(234);
  expect(seriesPerPod(0)).toBe(34);
});

test('a URL that fails in two ways has three sets of labels', () => {
  expect(seriesPerPod(1, 3)).toBe(34 + 300);
});

test('480 pods a day make 64 thousand new series for one URL', () => {
  expect(podsPerDay).toBe(480);
  expect(seriesPerDay(1)).toBe(64_320);
  expect(seriesPerDay(8)).toBe(480 * 834);
});
