/** Entry script of the reaper; its data is `config.json` beside it. Needs k6 with the extension, for the token. */
import { sleep } from 'k6';
import type { Options } from 'k6/options';
import type { ChaosConfig } from './chaos-config.ts';
import { giveBackOwn } from './chaos-drain.ts';
import { removeOwn } from './chaos-own.ts';
import { Reaper } from './chaos-reaper.ts';
import { zeroChecks } from './chaos-recorder.ts';
import { world } from './chaos-world.ts';

const config = JSON.parse(open(__ENV['CONFIG'] ?? './config.json')) as ChaosConfig;

// One user: its module state is the reaper. An iteration is one turn.
const scenarios = {
  reaper: { executor: 'constant-vus', vus: 1, duration: '87600h', gracefulStop: '5s' },
};

export const options: Options = {
  scenarios: scenarios as unknown as NonNullable<Options['scenarios']>,
  teardownTimeout: '8s',
  // No tag of k6's own: URLs hold the names of pods.
  systemTags: [],
};

let reaper: Reaper | undefined;

/** The world, to a k6 user of its own. */
function outside() {
  const host = __ENV['KUBERNETES_SERVICE_HOST'] ?? '';
  const api = `https://${host.includes(':') ? `[${host}]` : host}:${__ENV['KUBERNETES_SERVICE_PORT'] ?? '443'}`;
  const [me = '', uid = ''] = [__ENV['POD_NAME'], __ENV['POD_UID']];
  return world(config, { me, uid, api, prometheus: __ENV['PROMETHEUS'] ?? '' });
}

export default function turn(): void {
  if (!reaper) {
    zeroChecks();
    reaper = new Reaper(config, outside());
  }
  const beganMs = Date.now();
  reaper.check();
  sleep(Math.max(0, config.checkEveryMs - (Date.now() - beganMs)) / 1000);
}

/** k6 runs this when it is told to end, after the last turn. */
export function teardown(): void {
  giveBackOwn(config, outside());
  removeOwn(config, outside());
}
