import type { Config, ResourceSettings } from '../schema';
import { formatCpu, formatSize } from '../units';
import type { Contradiction } from './contradiction';

/** A request over its limit, in the section of that name; nothing where the section has none. */
export function overLimits(
  section: string,
  resources: (config: Config) => ResourceSettings | undefined,
): Contradiction {
  const field = `${section}.resources.requests`;
  return {
    uses: [`${section}.resources`],
    find: (config) => {
      const found = resources(config);
      if (found === undefined) return [];
      const { requests, limits } = found;
      const mend = 'lower the request or raise the limit';
      return [
        ...(requests.cpu > limits.cpu
          ? [
              {
                field: `${field}.cpu`,
                value: formatCpu(requests.cpu),
                allowed: `at most the limit, ${formatCpu(limits.cpu)}`,
                mend,
              },
            ]
          : []),
        ...(requests.memory > limits.memory
          ? [
              {
                field: `${field}.memory`,
                value: formatSize(requests.memory),
                allowed: `at most the limit, ${formatSize(limits.memory)}`,
                mend,
              },
            ]
          : []),
      ];
    },
  };
}
