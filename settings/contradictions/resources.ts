import type { Config, ResourceSettings } from '../schema';
import { formatCpu, formatSize } from '../units';
import type { Contradiction } from './contradiction';

/** A request over its limit, in the section of that name. */
export function overLimits(section: string, resources: (config: Config) => ResourceSettings): Contradiction {
  const field = `${section}.resources.requests`;
  return {
    uses: [`${section}.resources`],
    find: (config) => {
      const { requests, limits } = resources(config);
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
