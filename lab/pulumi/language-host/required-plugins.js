// Which provider plugins a program needs before it runs.
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { from } = require('./runtime.js');

function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The nearest directory with a package.json, from a directory upwards; undefined when there is none. */
function packageRoot(directory) {
  for (let at = directory; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, 'package.json'))) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

/** Directory of an installed package as a package in `directory` would find it. `exports` maps may hide package.json from require. */
function installed(directory, name) {
  const places = from(directory).resolve.paths(name) ?? [];
  return places
    .map((place) => path.join(place, name))
    .find((place) => fs.existsSync(path.join(place, 'package.json')));
}

/** Whether the home holds the plugin: then the engine finds it without a download. */
function isInHome({ name, version }, variables) {
  const home = variables.PULUMI_HOME || path.join(os.homedir(), '.pulumi');
  return fs.existsSync(path.join(home, 'plugins', `resource-${name}-${version}`));
}

/** Provider packages that a program depends on at run time, through packages that are made for Pulumi too (eks needs aws). */
function providerPackages(directory) {
  const root = packageRoot(directory);
  const found = new Map();
  const seen = new Set();
  const walk = (at) => {
    if (at === undefined || seen.has(at)) return;
    seen.add(at);
    const own = read(path.join(at, 'package.json')) ?? {};
    if (own.pulumi?.resource) {
      const name =
        own.pulumi.name ??
        own.name
          .replace(/^@pulumi\//, '')
          .replace(/^@/, '')
          .replace('/', '-');
      const version = `v${String(own.pulumi.version ?? own.version).replace(/^v/, '')}`;
      found.set(`${name} ${version}`, { name, version, server: own.pulumi.server ?? '' });
    }
    const dependencies = { ...own.dependencies, ...own.optionalDependencies };
    if (at !== root && !('@pulumi/pulumi' in { ...dependencies, ...own.peerDependencies })) return;
    for (const name of Object.keys(dependencies)) walk(installed(at, name));
  };
  walk(root);
  return [...found.values()];
}

/**
 * Plugins to ask the engine for: those that the program depends on at run time and that are installed. A plugin that is missing is not
 * asked for, since a stack that makes none of its resources (aws in a lab) does not need it; one that is needed is asked for by the
 * SDK itself when its first resource is made.
 */
function requiredPlugins(directory, variables) {
  return providerPackages(directory).filter((plugin) => isInHome(plugin, variables));
}

module.exports = { providerPackages, requiredPlugins };
