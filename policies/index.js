// Pulumi's runner for policy packs compiles TypeScript with full checks and takes no options; tsx starts in a fraction of that time, and
// `npm run check` has looked at the types.
'use strict';
require('tsx/cjs');
require('./pack.ts');
