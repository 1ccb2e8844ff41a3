import type * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { hostAndPort } from '../../settings/address';

/** `HOST:PORT` of a Service by its address, not by name: the signal must not need the DNS that it measures. */
export function serviceAddress(service: k8s.core.v1.Service, port: number): pulumi.Output<string> {
  return service.spec.clusterIP.apply((address) => hostAndPort(address, port));
}
