/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // machines are shared: a test that hangs should fail, a slow one should not
  testTimeout: 600_000,
  roots: ['<rootDir>/test'],
  setupFilesAfterEnv: process.env.E2E ? ['<rootDir>/test/e2e/support/retries.ts'] : [],
  testPathIgnorePatterns: process.env.E2E ? [] : ['<rootDir>/test/e2e/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
};
