// What the language host needs to start Node.js: the SDK, the project's own node, and the project's runtime options.
'use strict';
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

/** `require` as a file in this directory would have it. */
function from(directory) {
  return createRequire(path.join(directory, '_'));
}

/** The first directory from which @pulumi/pulumi can be loaded; undefined when there is none. */
function findSdk(directories) {
  return directories.find((directory) => {
    try {
      return directory && from(directory).resolve('@pulumi/pulumi');
    } catch {
      return false;
    }
  });
}

/** Every `node_modules/.bin` above a directory that holds a `node`: the npm package `node` comes before the machine's. */
function nodeDirectories(directory) {
  const found = [];
  for (let at = directory; ; at = path.dirname(at)) {
    const bin = path.join(at, 'node_modules', '.bin');
    if (fs.existsSync(path.join(bin, 'node'))) found.push(bin);
    if (at === path.dirname(at)) return found;
  }
}

/** Environment of a child that runs a project's code. */
function environment(directory, variables) {
  const PATH = [...nodeDirectories(directory), process.env.PATH].join(path.delimiter);
  return { ...process.env, ...variables, PATH };
}

/** Runtime option `nodeargs`, split at white space; quotes keep it together. */
function nodeArguments({ nodeargs = '' }) {
  const words = String(nodeargs).match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** Runtime options `typescript` (default true) and `tsconfig` as the variables that the SDK's runners read. */
function typescriptVariables({ typescript = true, tsconfig }) {
  return {
    PULUMI_NODEJS_TYPESCRIPT: String(typescript),
    ...(tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: String(tsconfig) } : {}),
  };
}

module.exports = { environment, findSdk, from, nodeArguments, nodeDirectories, typescriptVariables };
