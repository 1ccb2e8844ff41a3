import { type Cidr, formatCidr, part } from '../../../settings/cidr';
import type { EksClusterSettings } from '../../../settings/eks-schema';

/** Addresses of a VPC where the config says none. */
export const defaultVpcCidr: Cidr = { first: 10 * 2 ** 24 + 40 * 2 ** 16, bits: 16 };

/** One zone of a VPC that the stack makes. */
export interface ZonePlan {
  /** Name of the zone, such as `eu-west-1a`. */
  readonly zone: string;
  /** Last letter of its name. */
  readonly letter: string;
  /** Range of the subnet of the nodes and their pods. */
  readonly nodes: string;
  /** Range of the subnet of what has an address on the internet. */
  readonly outside: string;
  /** Letter of the zone by whose NAT gateway the nodes reach the internet. */
  readonly nat: string;
}

/**
 * Shares out a VPC: an eighth of it for the nodes of each zone, the last eighth in 32 parts for what lies outside; three eighths stay
 * free. Of a /16 these are /19 and /24, of a /20 /23 and /28, the smallest that AWS takes. Errors: RangeError for more than seven zones.
 */
export function planZones({
  region,
  zones,
  vpc,
}: Pick<EksClusterSettings, 'region' | 'zones' | 'vpc'>): readonly ZonePlan[] {
  const whole = vpc.cidr ?? defaultVpcCidr;
  const [first = ''] = zones;
  return zones.map((letter, index) => ({
    zone: `${region}${letter}`,
    letter,
    nodes: formatCidr(part(whole, 3, index)),
    outside: formatCidr(part(part(whole, 3, 7), 5, index)),
    nat: vpc.nat === 'single' ? first : letter,
  }));
}
