import { totalmem } from 'node:os';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { LabAddresses, LabPaths, LabSpec } from './spec';

/** Where a node keeps what containers leave on disk; a bind of the host's real disk, as an overlay cannot lie on an overlay. */
export function nodeDirectories(paths: LabPaths, node: string) {
  const { root, etc, log } = paths.machine(node);
  return {
    root,
    etc,
    log,
    containerd: join(root, 'containerd'),
    kubelet: join(root, 'kubelet'),
    volumes: join(root, 'volumes'),
    imported: join(root, 'imported'),
  };
}

/** Path, inside every node, of the directory for local volumes. */
export const volumesPath = '/var/lib/continuous-load/volumes';

/** The node that offers local volumes. */
export const volumesNode = 'node1';

/** containerd 1.6's settings (its own names) as TOML. */
export function containerdConfig(
  directories: ReturnType<typeof nodeDirectories>,
  pauseImage: string,
): string {
  return `version = 2
root = "${directories.containerd}"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${directories.etc}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

/** The pod network of one node: a bridge without masquerading, as every node has a route to every other node's pods. */
export function cniConfig(podCidr: string): string {
  const bridge = {
    type: 'bridge',
    bridge: 'cni0',
    isGateway: true,
    ipMasq: false,
    hairpinMode: true,
    mtu: 1500,
    ipam: {
      type: 'host-local',
      dataDir: '/run/cni-ipam',
      ranges: [[{ subnet: podCidr }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  const portmap = { type: 'portmap', capabilities: { portMappings: true } };
  return JSON.stringify({ cniVersion: '1.0.0', name: 'lab', plugins: [bridge, portmap] });
}

/** Share of the machine that a node keeps away from pods, so that all nodes together offer the machine once. */
export function reservedResources(
  nodes: number,
  processors = availableParallelism(),
  memoryBytes = totalmem(),
): { cpu: string; memory: string } {
  const rest = (nodes - 1) / nodes;
  return {
    cpu: `${Math.round(processors * 1000 * rest)}m`,
    memory: `${Math.round((memoryBytes * rest) / 2 ** 20)}Mi`,
  };
}

/** KubeletConfiguration of a node. */
export function kubeletConfig(
  spec: LabSpec,
  paths: LabPaths,
  addresses: LabAddresses,
  index: number,
): string {
  const { name } = addresses.node(index);
  const pki = (file: string) => join(paths.pki, file);
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pki('ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: pki(`${name}.crt`),
    tlsPrivateKeyFile: pki(`${name}.key`),
    clusterDomain: 'cluster.local',
    clusterDNS: [addresses.dnsService],
    resolvConf: '/etc/resolv.conf',
    cgroupDriver: 'cgroupfs',
    // the node sees only its own cgroups, as "/"
    cgroupRoot: '/',
    failSwapOn: false,
    failCgroupV1: false,
    // lowering a score needs a right that containers of a CI system do not have
    oomScoreAdj: 0,
    maxOpenFiles: 20000,
    maxPods: 60,
    address: '0.0.0.0',
    healthzBindAddress: '127.0.0.1',
    nodeStatusUpdateFrequency: '5s',
    nodeLeaseDurationSeconds: 12,
    syncFrequency: '30s',
    fileCheckFrequency: '60s',
    // images are imported, never pulled: one collected would be gone for good
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'nodefs.inodesFree': '1%',
    },
    serializeImagePulls: false,
    systemReserved: reservedResources(spec.nodes),
    enforceNodeAllocatable: ['pods'],
    makeIPTablesUtilChains: true,
    podLogsDir: '/var/log/pods',
    containerLogMaxSize: '5Mi',
    containerLogMaxFiles: 2,
    shutdownGracePeriod: '0s',
    logging: { verbosity: 1 },
  });
}

/** KubeProxyConfiguration of a node. */
export function kubeProxyConfig(paths: LabPaths, addresses: LabAddresses, index: number): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: join(paths.pki, 'proxy.kubeconfig') },
    mode: 'iptables',
    clusterCIDR: addresses.podCidr,
    hostnameOverride: addresses.node(index).name,
    nodePortAddresses: [addresses.bridgeCidr],
    bindAddress: '0.0.0.0',
    metricsBindAddress: '0.0.0.0:10249',
    healthzBindAddress: '0.0.0.0:10256',
    oomScoreAdj: 0,
    // these are settings of the whole machine, and stay as they are
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    iptables: { minSyncPeriod: '1s', syncPeriod: '30s', masqueradeAll: false },
  });
}
