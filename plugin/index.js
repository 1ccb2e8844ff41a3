// Pulumi's runner for component packages compiles TypeScript with full checks, by the options of whoever uses the package; tsx takes the files as they
// are, and `npm run check` has looked at the types. Only what is loaded here is: the user's own files stay with the user's own compiler.
'use strict';
const unregister = require('tsx/cjs/api').register();
try {
  module.exports = require('./index.ts');
} finally {
  unregister();
}
