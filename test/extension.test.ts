import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testsOfGoModule } from './lab/toolchain/go-tests';
import { namespaceNames } from '../components/names';
import { nodeEchoPorts, nodeProberPort, nodeWorkloads } from '../signals/node-model';
import { echoPorts } from '../signals/targets';
import { pathTable } from '../signals/paths';

const directory = join(__dirname, '../extension');
const source = (file: string): string => readFileSync(join(directory, file), 'utf8');

testsOfGoModule(
  'the extension and the echo server pass their own tests, and every check of go vet',
  'extension',
);

test('the extension gives no other reasons than the rows of dns, tcp and udp have, and all of those', () => {
  const given = ['netprobe/reasons.go', 'wire/wire.go'].flatMap((file) =>
    [...source(file).matchAll(/^\treason\w+\s+= "([\w-]+)"$/gim)].map(([, reason]) => reason),
  );
  const listed = pathTable
    .filter(({ name }) => ['dns', 'tcp', 'udp'].includes(name))
    .flatMap(({ reasons }) => Object.keys(reasons));
  expect(given.sort()).toEqual([...new Set(listed)].sort());
});

test('the echo server listens on the ports that are called', () => {
  const ports = Object.fromEntries(
    [...source('echo/config.go').matchAll(/\b(TCP|UDP|GRPC|HTTP): ":(\d+)"/g)].map(([, protocol, port]) => [
      protocol?.toLowerCase(),
      Number(port),
    ]),
  );
  expect(ports).toEqual(echoPorts);
});

test('the prober of the nodes calls the echo where it is', () => {
  const config = source('nodeprobe/config.go');
  expect(config).toContain(
    `TCP: ${nodeEchoPorts.tcp}, UDP: ${nodeEchoPorts.udp}, HTTP: ":${nodeProberPort}"`,
  );
  expect(config).toContain(`Namespace: "${namespaceNames.load}", Service: "${nodeWorkloads.echo}"`);
});

test('the gRPC service has the name that the scenario calls', () => {
  const proto = readFileSync(join(__dirname, '../scenarios/echo-stream.proto'), 'utf8');
  const name = `${/^package (\S+);/m.exec(proto)?.[1] ?? ''}.${/^service (\w+)/m.exec(proto)?.[1] ?? ''}`;
  expect(source('echo/rpc.go')).toContain(`const Service = "${name}"`);
});
