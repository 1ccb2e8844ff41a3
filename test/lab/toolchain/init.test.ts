import { testsOfGoModule } from './go-tests';

testsOfGoModule('lab-init passes its own tests, and every check of go vet', 'lab/toolchain/init');
