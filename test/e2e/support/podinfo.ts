import { namespaceNames } from '../../../components/names';
import { gone, list, pods, rolledOut, rollingRestart, type Cluster } from './kubernetes';

/** Log level that makes podinfo log every request. */
export type LogLevel = 'info' | 'debug';

/** Gives a hop a log level, and replaces its pods one by one, also where it had it already; waits for the end of it. */
export async function setLogLevel(
  cluster: Cluster,
  hop: 'source' | 'target',
  level: LogLevel,
): Promise<void> {
  const [deployment] = await list(
    cluster,
    '-n',
    namespaceNames.load,
    'deployments',
    '-l',
    `app.kubernetes.io/name=${hop}`,
  );
  const args = (deployment?.spec?.template.spec.containers[0].args ?? []) as string[];
  const index = args.findIndex((argument) => argument.startsWith('--level='));
  if (index < 0) throw new Error(`${hop} has no --level among its arguments: ${args.join(' ')}`);
  if (args[index] === `--level=${level}`) {
    await rollingRestart(cluster, hop);
    return;
  }
  const before = new Set((await pods(cluster, hop)).map(({ metadata }) => metadata.uid));
  const patch = [
    { op: 'replace', path: `/spec/template/spec/containers/0/args/${index}`, value: `--level=${level}` },
  ];
  await cluster.kubectl(
    '-n',
    namespaceNames.load,
    'patch',
    `deployment/${hop}`,
    '--type=json',
    '-p',
    JSON.stringify(patch),
  );
  await rolledOut(cluster, hop);
  await gone(cluster, hop, before);
}
