import { PolicyPack } from '@pulumi/policy';
import { policies } from './policies';
import { rules } from './rules';

// Pulumi runs this file; everything that tests need is elsewhere, since a pack opens a port as soon as it is made.
new PolicyPack('continuous-load', { policies: policies(rules) });
