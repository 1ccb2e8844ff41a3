import { ownPathSettings } from '../../signals/model';
import { type OwnProbe, ownTargetRow } from '../../signals/own-targets';

const defaults = {
  // At 1 a second a target that loses nine of ten has moments without a good probe, which is what PathDown says.
  ratePerSecond: 2,
  timeoutMs: 2000,
  availabilityPercent: 99.9,
  latencyPercent: 99,
  latencyBoundMs: 250,
};

/** A request as the config has it when it says nothing more. */
export const plainHttp: Extract<OwnProbe, { kind: 'http' }> = {
  kind: 'http',
  method: 'GET',
  status: [],
  bodyContains: '',
  redirects: 0,
};

/** A path of one's own at an address. */
export function ownPath(name: string, address: string, probe: OwnProbe, owner?: string) {
  return ownPathSettings(
    ownTargetRow({ name, address, probe, defaults }),
    owner === undefined ? {} : { owner },
  );
}

/** A URL of the team shop. */
export const checkout = ownPath('checkout', 'https://checkout.shop.svc/healthz', plainHttp, 'shop');
