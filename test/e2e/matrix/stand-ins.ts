import { namespaceNames } from '../../../components/names';
import { podinfoPorts } from '../../../signals/targets';
import { rollingRestart } from '../support/kubernetes';
import type { Fault } from '../support/path-faults';
import type { StackUnderTest } from '../support/stack-under-test';
import type { Behaviour } from './stand-in/behaviour';
import { StandIn } from './stand-in/stand-in';

/** In place of target, for HTTP; gRPC goes on to its pods. */
export function targetStandIn(stack: StackUnderTest): StandIn {
  return new StandIn(stack, {
    kind: 'http',
    namespace: namespaceNames.load,
    service: 'target',
    listens: 19_898,
    ports: [{ name: 'http', protocol: 'TCP' }],
    kept: [{ name: 'grpc', protocol: 'TCP', port: podinfoPorts.grpc }],
    pods: 'app.kubernetes.io/name=target',
    // source's own connections would go on leading to the pods
    settle: () => rollingRestart(stack, 'source'),
  });
}

/** In place of the cluster's DNS: it passes every question on to one of its pods. */
export function dnsStandIn(stack: StackUnderTest): StandIn {
  return new StandIn(stack, {
    kind: 'dns',
    namespace: 'kube-system',
    service: 'kube-dns',
    listens: 10_053,
    ports: [
      { name: 'dns', protocol: 'UDP' },
      { name: 'dns-tcp', protocol: 'TCP' },
    ],
    kept: [],
    pods: 'k8s-app=kube-dns',
  });
}

/** What a stand-in serves is answered so, and rightly again. */
export function answering(standIn: StandIn, behaviour: Behaviour): Fault {
  return { make: () => standIn.behave(behaviour), heal: () => standIn.behave({}) };
}
