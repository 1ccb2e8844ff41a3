import { connect } from 'node:net';

const periodMs = 1000;

/** Whether something listens at `host:port`; resolves false at once when the connection is refused. */
function answers(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = connect({
      host: address.slice(0, colon),
      port: Number(address.slice(colon + 1)),
      timeout: periodMs,
    });
    const end = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(true)); // slow is not gone
    socket.once('error', () => end(false));
  });
}

/**
 * Ends this process with its engine: at once on SIGINT and SIGTERM (the CLI sends SIGINT to the process group and then
 * waits 5 s), and within about two seconds when the engine was killed without a word.
 * @param engineAddress `host:port` of the engine; absent when nobody started us, then only signals count.
 */
export function exitWithEngine(engineAddress: string | undefined): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(0));
  if (engineAddress === undefined) return;
  const parent = process.ppid;
  let misses = 0;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
    // A launcher may stand between the engine and us, so the engine itself is asked too.
    void answers(engineAddress).then((alive) => {
      misses = alive ? 0 : misses + 1;
      if (misses >= 2) process.exit(0);
    });
  }, periodMs).unref();
}
