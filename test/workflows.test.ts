import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { commentMark } from '../commands/review/markdown';

const root = join(__dirname, '..');
const directory = join(root, '.github', 'workflows');
const files = readdirSync(directory);
const text = (file: string) => readFileSync(join(directory, file), 'utf8');
const workflow = (file: string): any => parse(text(file));
const jobs = (file: string): [string, any][] => Object.entries(workflow(file).jobs);
const steps = (file: string): any[] => jobs(file).flatMap(([, job]) => job.steps);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Which job may write what; everything else may read. */
const writers: Record<string, string[]> = {
  'comment.yml comment': ['pull-requests'],
  'release.yml release': ['contents'],
};

test('the workflows are these', () => {
  expect(files.sort()).toEqual(['comment.yml', 'nightly.yml', 'preview.yml', 'release.yml']);
});

describe.each(files)('%s', (file) => {
  test('names each action by a commit, with the version that it is', () => {
    const uses = [...text(file).matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, used]) => used);
    expect(uses).toHaveLength(steps(file).filter((step) => step.uses).length);
    for (const used of uses) expect(used).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('gives no right to all jobs, and each no more than it needs', () => {
    expect(workflow(file).permissions).toEqual({});
    for (const [name, { permissions }] of jobs(file)) {
      const written = Object.entries(permissions).filter(([, right]) => right !== 'read');
      expect(written).toEqual((writers[`${file} ${name}`] ?? []).map((what) => [what, 'write']));
    }
  });

  test('ends by itself, and not beside itself', () => {
    expect(workflow(file).concurrency).toEqual({
      group: expect.any(String),
      'cancel-in-progress': expect.any(Boolean),
    });
    for (const [, job] of jobs(file)) expect(job['timeout-minutes']).toBeLessThanOrEqual(120);
  });

  test('runs only scripts that there are', () => {
    for (const { run = '' } of steps(file)) {
      for (const [, verb = ''] of run.matchAll(/npm run (?:-s )?([\w-]+)/g))
        expect(scripts).toHaveProperty(verb);
      expect(run).not.toMatch(/npm (?!ci|test|run)/);
    }
  });

  test('lets nobody write into a script by the name of a branch', () => {
    for (const { run = '' } of steps(file)) expect(run).not.toContain('${{');
  });

  test('keeps the token out of the checkout', () => {
    for (const step of steps(file))
      if (step.uses?.startsWith('actions/checkout@')) expect(step.with['persist-credentials']).toBe(false);
  });

  test('has no secret, and nothing of a pull request runs with the rights of the repository', () => {
    expect(text(file)).not.toMatch(/secrets\s*[.[]/);
    expect(Object.keys(workflow(file).on)).not.toContain('pull_request_target');
    const isTrusted = jobs(file).some(([name]) => writers[`${file} ${name}`] !== undefined);
    if (isTrusted)
      for (const [name, job] of jobs(file))
        if (writers[`${file} ${name}`])
          for (const { uses, run = '' } of job.steps) {
            expect(uses).toBeUndefined();
            expect(run).not.toMatch(/npm|node|tsx|git /);
          }
    if (workflow(file).on.pull_request !== undefined) expect(text(file)).not.toContain('github.token');
  });
});

test('one commit for each action, wherever it is used', () => {
  const used = files.flatMap(steps).flatMap(({ uses }) => uses ?? []);
  const actions = new Set(used.map((one) => one.split('@')[0]));
  expect(new Set(used).size).toBe(actions.size);
});

test('the comment is that of the preview, and is found again by the mark of the report', () => {
  expect(workflow('comment.yml').on.workflow_run.workflows).toEqual([workflow('preview.yml').name]);
  expect(steps('comment.yml')[0].env.MARK).toBe(commentMark);
  expect(steps('preview.yml').find(({ name }) => name?.startsWith('Hand'))?.with.name).toBe('review');
});
