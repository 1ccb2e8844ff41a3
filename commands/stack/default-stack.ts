import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivate, stateDirectory } from '../../lab/directories';
import { dockerProblem, imageProblem, k3dProblem } from '../../lab/k3d/machine';
import { defaultK3sVersion, k3sImage } from '../../lab/k3d/spec';
import { clusterSchemaOf } from '../../settings/cluster-schema';
import { ownConfig } from './stack-config';
import { checkout, stackDirectory } from './stack';

/** The stack without Docker, which is meant where nothing was chosen yet. */
const withoutDocker = 'lab';

/** The stack that is chosen where Docker can run it. */
const withDocker = 'dev';

/** How long Docker and k3d may take to answer, and a registry to tell of an image; in milliseconds. */
const patience = { answer: 5_000, image: 15_000 };

function choiceFile(): string {
  return join(stateDirectory(), 'default-stack');
}

/** The stack that is meant when none is named: the one that `up` chose and stored, else the lab. */
export function defaultStack(): string {
  if (!existsSync(choiceFile())) return withoutDocker;
  const name = readFileSync(choiceFile(), 'utf8').trim();
  return name === '' ? withoutDocker : name;
}

/** The stack as a word behind a command in a sentence: ` dev`, or nothing where it is meant anyhow. */
export function stackWord(name: string): string {
  return name === defaultStack() ? '' : ` ${name}`;
}

/** A stack that was chosen because none was named. */
export interface Choice {
  readonly stack: string;
  /** Which, why, and how to choose otherwise; absent where the choice had been made before. */
  readonly told?: string;
}

/**
 * Chooses the stack for an `up` or a preview that names none: the one that was chosen before, or that exists; else `dev` where a Docker
 * engine answers, k3d is there and the node image is here or can be pulled; else the lab. Takes seconds at most, whatever Docker does.
 */
export async function chooseDefault(): Promise<Choice> {
  if (existsSync(choiceFile())) return { stack: defaultStack() };
  if (existsSync(join(stackDirectory(withoutDocker), `Pulumi.${withoutDocker}.yaml`)))
    return { stack: withoutDocker };
  const problem = await whyNotDocker();
  return problem === undefined
    ? {
        stack: withDocker,
        told:
          `no stack was named: ${withDocker}, since a Docker engine answers, k3d is there and so is, or can be, the node image ` +
          `(another one: \`npm run up ${withoutDocker}\`, which needs no Docker)`,
      }
    : {
        stack: withoutDocker,
        told: `no stack was named: ${withoutDocker}, since ${problem} (another one: \`npm run up ${withDocker}\`, a cluster in Docker)`,
      };
}

/** Stores the choice, so that all verbs keep to it until the stack is removed. */
export function storeDefault(stack: string): void {
  makePrivate(stateDirectory());
  writeFileSync(choiceFile(), `${stack}\n`, { mode: 0o600 });
}

/** Forgets the choice when its stack is removed. */
export function forgetDefault(stack: string): void {
  if (existsSync(choiceFile()) && defaultStack() === stack) rmSync(choiceFile());
}

/** Why the stack in Docker cannot be brought up here, as a part of a sentence; undefined when it can. */
async function whyNotDocker(): Promise<string | undefined> {
  const image = nodeImage();
  if (image === undefined) return `Pulumi.${withDocker}.yaml asks for no k3d cluster`;
  const problems = await Promise.all([dockerProblem(patience.answer), k3dProblem(patience.answer)]);
  const [first] = problems.filter((problem) => problem !== undefined);
  // What to do about it is no concern of somebody who did not ask for Docker.
  if (first !== undefined) return first.split(': ')[0];
  return imageProblem(image, patience.image);
}

/** The node image of the stack in Docker; undefined when its config is of another kind, or wrong. */
function nodeImage(): string | undefined {
  const file = join(checkout, `Pulumi.${withDocker}.yaml`);
  if (!existsSync(file)) return undefined;
  const raw = ownConfig(readFileSync(file, 'utf8'), file)['cluster'];
  const result = clusterSchemaOf(raw)?.safeParse(raw);
  if (!result?.success || result.data.kind !== 'k3d') return undefined;
  return result.data.image ?? k3sImage(result.data.version ?? defaultK3sVersion);
}
