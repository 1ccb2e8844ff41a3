import { join } from 'node:path';
import { programPath } from '../toolchain/toolchain';
import { machineProcs, systemCgroup } from './cgroups';
import { nodeDirectories, volumesNode, volumesPath } from './node-config';
import { openFiles, type Plan, type Service } from './plan';
import { type LabAddresses, type LabPaths, type LabSpec, pagerPort } from './spec';

/** Seconds without news after which a node counts as gone; longer than an API server that stands still is likely to, or all nodes would. */
const nodeGoneSeconds = 40;

/** Seconds after which pods leave a node that is gone: short, so that a lab shows it while one looks. */
const podsStaySeconds = 20;

/** Plan of the machine that runs etcd, the API server, controllers, scheduler, the relays to 127.0.0.1, the pager and the keeper of volumes. */
export function controlPlanePlan(spec: LabSpec, paths: LabPaths, addresses: LabAddresses): Plan {
  const own = paths.machine('cp');
  const log = (name: string) => join(own.log, `${name}.log`);
  const listeners = [
    { name: 'api', address: `127.0.0.1:${spec.apiPort}` },
    ...Object.entries(spec.ports).map(([name, port]) => ({ name, address: `127.0.0.1:${port.hostPort}` })),
  ];
  const relays = listeners.map(({ name }): Service => {
    const nodePort = spec.ports[name]?.nodePort;
    const target =
      nodePort === undefined ? [paths.controlPlaneHosts, '6443'] : [paths.nodeHosts, String(nodePort)];
    return {
      name: `relay-${name}`,
      command: [programPath('lab-init'), 'relay', ...target],
      log: log(`relay-${name}`),
      listeners: [name],
    };
  });
  return {
    hostname: 'cp',
    networkNamespace: paths.namespace('cp'),
    cgroupProcs: machineProcs(paths.cgroup, 'cp').map((procs) =>
      procs.replace(/cgroup\.procs$/, `${systemCgroup}/cgroup.procs`),
    ),
    cgroupNamespace: false,
    listeners,
    openFiles,
    log: log('init'),
    root: [
      { do: 'mount', path: '/', flags: ['rprivate'] },
      { do: 'mount', path: '/proc', type: 'proc', source: 'proc' },
    ],
    services: [
      ...controlPlaneServices(paths, addresses, log),
      ...relays,
      {
        name: 'pager',
        command: [
          programPath('lab-init'),
          'pager',
          `${addresses.controlPlane}:${pagerPort}`,
          paths.notifications,
        ],
        log: log('pager'),
      },
      {
        // Kubernetes leaves a local volume whose claim was deleted to people: this empties it, so that it can be claimed again
        name: 'volumes',
        after: ['kube-apiserver'],
        command: [
          programPath('lab-init'),
          'volumes',
          'https://127.0.0.1:6443',
          ...['controller-manager.crt', 'controller-manager.key', 'ca.crt'].map((file) =>
            join(paths.pki, file),
          ),
          volumesPath,
          nodeDirectories(paths, volumesNode).volumes,
        ],
        log: log('volumes'),
      },
    ],
  };
}

function controlPlaneServices(
  paths: LabPaths,
  addresses: LabAddresses,
  log: (name: string) => string,
): Service[] {
  const pki = (file: string) => join(paths.pki, file);
  const kube = (name: string) => join(programPath('kube'), '..', name);
  const kubeconfigs = (identity: string) => {
    const kubeconfig = pki(`${identity}.kubeconfig`);
    return ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
      (flag) => `--${flag}=${kubeconfig}`,
    );
  };
  const apiReady = [
    kube('kubectl'),
    `--kubeconfig=${pki('controller-manager.kubeconfig')}`,
    'get',
    '--raw',
    '/readyz',
  ];
  return [
    {
      name: 'etcd',
      log: log('etcd'),
      command: [
        programPath('etcd'),
        '--name=cp',
        `--data-dir=${join(paths.machine('cp').root, 'etcd')}`,
        // the data of a lab need not outlive a power cut of the host, and a shared disk may take seconds to sync
        '--unsafe-no-fsync',
        '--listen-client-urls=http://127.0.0.1:2379',
        '--advertise-client-urls=http://127.0.0.1:2379',
        '--listen-peer-urls=http://127.0.0.1:2380',
        '--initial-advertise-peer-urls=http://127.0.0.1:2380',
        '--initial-cluster=cp=http://127.0.0.1:2380',
        '--auto-compaction-retention=1h',
        '--log-level=warn',
      ],
    },
    {
      name: 'kube-apiserver',
      log: log('kube-apiserver'),
      ready: apiReady,
      command: [
        kube('kube-apiserver'),
        `--advertise-address=${addresses.controlPlane}`,
        '--bind-address=0.0.0.0',
        '--secure-port=6443',
        '--etcd-servers=http://127.0.0.1:2379',
        `--tls-cert-file=${pki('apiserver.crt')}`,
        `--tls-private-key-file=${pki('apiserver.key')}`,
        `--client-ca-file=${pki('ca.crt')}`,
        `--service-account-key-file=${pki('service-accounts.pub')}`,
        `--service-account-signing-key-file=${pki('service-accounts.key')}`,
        '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
        `--service-cluster-ip-range=${addresses.serviceCidr}`,
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--allow-privileged=true',
        `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
        `--kubelet-client-key=${pki('kubelet-client.key')}`,
        `--kubelet-certificate-authority=${pki('ca.crt')}`,
        '--kubelet-preferred-address-types=InternalIP',
        `--requestheader-client-ca-file=${pki('ca.crt')}`,
        '--requestheader-allowed-names=front-proxy-client',
        '--requestheader-username-headers=X-Remote-User',
        '--requestheader-group-headers=X-Remote-Group',
        '--requestheader-extra-headers-prefix=X-Remote-Extra-',
        `--proxy-client-cert-file=${pki('front-proxy.crt')}`,
        `--proxy-client-key-file=${pki('front-proxy.key')}`,
        '--enable-aggregator-routing=true',
        `--default-not-ready-toleration-seconds=${podsStaySeconds}`,
        `--default-unreachable-toleration-seconds=${podsStaySeconds}`,
        '--event-ttl=2h',
        '--shutdown-delay-duration=0s',
      ],
    },
    {
      name: 'kube-controller-manager',
      log: log('kube-controller-manager'),
      // it ends for good when it meets an API server without the first RBAC rules
      after: ['kube-apiserver'],
      command: [
        kube('kube-controller-manager'),
        ...kubeconfigs('controller-manager'),
        `--service-account-private-key-file=${pki('service-accounts.key')}`,
        `--root-ca-file=${pki('ca.crt')}`,
        '--use-service-account-credentials=true',
        '--allocate-node-cidrs=false',
        '--leader-elect=false',
        `--cluster-signing-cert-file=${pki('ca.crt')}`,
        `--cluster-signing-key-file=${pki('ca.key')}`,
        '--kube-api-qps=200',
        '--kube-api-burst=400',
        '--node-monitor-period=2s',
        `--node-monitor-grace-period=${nodeGoneSeconds}s`,
        `--bind-address=${addresses.controlPlane}`,
      ],
    },
    {
      name: 'kube-scheduler',
      log: log('kube-scheduler'),
      after: ['kube-apiserver'],
      command: [
        kube('kube-scheduler'),
        ...kubeconfigs('scheduler'),
        '--leader-elect=false',
        `--bind-address=${addresses.controlPlane}`,
      ],
    },
  ];
}
