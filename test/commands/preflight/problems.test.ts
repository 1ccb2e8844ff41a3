import type { MachineFacts } from '../../../commands/preflight/facts';
import { describeProblems, findProblems } from '../../../commands/preflight/problems';

const gibibyte = 1024 ** 3;

const good: MachineFacts = {
  purpose: 'up',
  platform: 'linux',
  arch: 'x64',
  uid: 0,
  nodeVersion: '24.21.0',
  distribution: { ids: ['debian'], name: 'Debian GNU/Linux 12 (bookworm)' },
  missingTools: [],
  go: undefined,
  kernel: {},
  missingControllers: [],
  stateFileSystem: undefined,
  disks: [
    {
      purpose: 'the lab',
      directory: '/var/state',
      freeBytes: 50 * gibibyte,
      neededBytes: 3 * gibibyte,
      variable: 'XDG_STATE_HOME',
    },
  ],
  takenPorts: [],
  leftovers: [],
  stack: 'lab',
  configFile: '/checkout/Pulumi.lab.yaml',
};

const api = { key: 'cluster.ports.api', port: 16443 };

/** What is wrong, and what the one sentence must say: the fact, and the way out. */
const table: [string, Partial<MachineFacts>, RegExp[]][] = [
  ['no root', { uid: 1000 }, [/not root \(user id 1000\)/, /sudo -i/]],
  ['another OS', { platform: 'darwin' }, [/Linux only, this is darwin/, /VM/]],
  ['another processor', { arch: 'arm64' }, [/x86-64/, /arm64/]],
  [
    'another distribution',
    { distribution: { ids: ['fedora'], name: 'Fedora 44' } },
    [/Fedora 44/, /Debian, Ubuntu/],
  ],
  ['no distribution', { distribution: { ids: [], name: '' } }, [/unknown distribution/]],
  ['old Node', { nodeVersion: '20.20.2' }, [/Node 20\.20\.2 is too old/, /22\.18\.0/, /npm ci/]],
  ['no Go', { go: 'Go is not on PATH. Install it.' }, [/Go is not on PATH/]],
  [
    'missing tools',
    {
      missingTools: [
        { name: 'unshare', package: 'util-linux' },
        { name: 'nsenter', package: 'util-linux' },
        { name: 'ip', package: 'iproute2' },
      ],
    },
    [/unshare, nsenter, ip/, /apt-get install util-linux iproute2`/],
  ],
  [
    'no overlay',
    { kernel: { overlay: 'unknown filesystem type' } },
    [/overlay/, /unknown filesystem type/, /modprobe overlay/],
  ],
  ['no veth', { kernel: { veth: 'Operation not supported' } }, [/veth pair/, /modprobe veth/]],
  ['no NAT', { kernel: { nat: 'table nat does not exist' } }, [/CONFIG_NFT_NAT/]],
  ['no namespaces', { kernel: { namespaces: 'Operation not permitted' } }, [/privileged/]],
  ['no cgroup controller', { missingControllers: ['memory'] }, [/memory/, /cgroup_enable=memory/]],
  ['state on an overlay', { stateFileSystem: 'NFS' }, [/NFS/, /XDG_STATE_HOME/]],
  [
    'full disk',
    {
      disks: [
        {
          purpose: 'the lab',
          directory: '/s',
          freeBytes: gibibyte,
          neededBytes: 2.5 * gibibyte,
          variable: 'XDG_STATE_HOME',
        },
      ],
    },
    [/1\.0 GiB are free where \/s lies, 2\.5 GiB are needed for the lab/, /XDG_STATE_HOME/],
  ],
  [
    'port taken',
    { takenPorts: [{ ...api, holder: { pid: 7, command: 'nginx -g daemon' } }] },
    [
      /Port 16443/,
      /process 7 \(nginx -g daemon\)/,
      /continuous-load:cluster\.ports\.api in Pulumi\.lab\.yaml/,
      /--set cluster\.ports\.api=16543/,
    ],
  ],
  [
    'port taken by another user',
    { takenPorts: [{ ...api, holder: { pid: undefined, command: undefined } }] },
    [/another user/],
  ],
  [
    'port taken by something of many words',
    { takenPorts: [{ ...api, holder: { pid: 7, command: `serve ${'x'.repeat(500)}` } }] },
    [/process 7 \(serve x{113}…\)/],
  ],
  [
    'port taken by a lab whose state lies deep',
    {
      takenPorts: [
        { ...api, holder: { pid: 7, command: `lab-init relay /${'s'.repeat(200)}/labs/deep/hosts 6443` } },
      ],
    },
    [/taken by lab deep \(process 7\)/],
  ],
  [
    'port taken by another lab',
    { takenPorts: [{ ...api, holder: { pid: 7, command: 'lab-init relay /state/labs/other/hosts 6443' } }] },
    [/taken by lab other \(process 7\)/],
  ],
  [
    'port taken by another lab whose state lies deep',
    {
      takenPorts: [
        { ...api, holder: { pid: 7, command: `lab-init relay /${'deep/'.repeat(40)}labs/other/hosts 6443` } },
      ],
    },
    [/taken by lab other \(process 7\)/],
  ],
  [
    'port taken by a program with many arguments',
    { takenPorts: [{ ...api, holder: { pid: 7, command: `nginx ${'-x '.repeat(100)}` } }] },
    [/process 7 \(nginx [-x ]{113}…\)/],
  ],
  [
    'leftovers',
    { leftovers: ['mount /state/labs/lab/x', 'process 12'] },
    [/npm run down lab/, /mount \/state\/labs\/lab\/x\n/, /process 12/],
  ],
];

test('a machine with everything has no problem', () => {
  expect(findProblems(good)).toEqual([]);
});

test.each(table)('%s: one sentence with the way out', (_, change, expected) => {
  const problems = findProblems({ ...good, ...change });
  expect(problems).toHaveLength(1);
  for (const pattern of expected) expect(problems[0]).toMatch(pattern);
});

test('all problems are told at once', () => {
  const everything = Object.assign(
    {},
    good,
    ...table.filter(([name]) => name !== 'another OS').map(([, change]) => change),
  ) as MachineFacts;
  const problems = findProblems(everything);
  expect(problems.length).toBeGreaterThanOrEqual(11);
  const text = describeProblems(problems);
  expect(text).toMatch(new RegExp(`for ${problems.length} reasons; nothing was changed:`));
  expect(text.match(/^ {2}✖ /gm)).toHaveLength(problems.length);
});

test('a preview needs neither root nor kernel nor free ports', () => {
  const bare: MachineFacts = {
    ...good,
    purpose: 'preview',
    uid: 1000,
    kernel: { overlay: 'no' },
    distribution: { ids: [], name: '' },
  };
  expect(findProblems(bare)).toEqual([]);
  expect(findProblems({ ...bare, go: 'Go is missing.' })).toEqual(['Go is missing.']);
});
