import type * as pulumi from '@pulumi/pulumi';
import type { OtlpTarget } from '../../signals/injector';
import type { SignalModel } from '../../signals/model';
import type { MonitoringPartArgs } from './part';

/** An OTLP/HTTP receiver of metrics, as pods of k6 are told of it. */
export interface OtlpReceiver extends Omit<OtlpTarget, 'otlpEndpoint'> {
  /** `HOST:PORT`; by address where it can be, since the signal must not need the DNS that it measures. */
  readonly endpoint: pulumi.Input<string>;
  /** Key of a Secret beside the pods that holds the headers of each push, as `K6_OTEL_HEADERS` has them. */
  readonly headers?: { readonly name: pulumi.Input<string>; readonly key: string } | undefined;
}

/** All that the rest of a stack needs of what watches it. */
export interface Monitoring {
  /** Where counts are pushed to. */
  readonly otlp: OtlpReceiver;
  /** `http://HOST:PORT` of a Prometheus that answers queries inside the cluster; absent where there is none. */
  readonly prometheusUrl?: pulumi.Output<string>;
}

/** What every kind of monitoring is made from, beside its own settings. */
export interface MonitoringArgs<Settings> extends MonitoringPartArgs {
  readonly monitoring: Settings;
  readonly model: SignalModel;
}
