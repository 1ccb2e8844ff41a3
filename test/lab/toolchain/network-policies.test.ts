import { testsOfGoModule } from './go-tests';

testsOfGoModule(
  'policy-enforcer passes its own tests, and every check of go vet',
  'lab/toolchain/network-policies',
);
