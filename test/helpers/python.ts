/** Runs Python scripts in virtual environments below `.venv/`, each made once for each state of its requirements. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPTS = path.join(ROOT, 'test/clients/python');
const ENVIRONMENTS = path.join(ROOT, '.venv');

/** Fails where the standard library lacks what a virtual environment needs, as on Debian without python3-venv. */
const PROBE = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11)); ';

export interface ScriptResult {
  readonly status: number | null;
  /** Both streams, in the order of arrival. */
  readonly output: string;
}

/** Why the scripts cannot run on this machine, or undefined if they can. */
export function missingPython(): string | undefined {
  const probe = spawnSync('python3', ['-c', PROBE], { encoding: 'utf8' });
  if (probe.error !== undefined) return 'there is no python3 on this machine';
  return probe.status === 0 ? undefined : 'python3 is older than 3.11 or has no venv module';
}

function runToEnd(command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

/** The folder below `.venv/` of the environment that a file of requirements asks for. */
function environmentName(requirements: string): string {
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout;
  const content = readFileSync(path.join(SCRIPTS, requirements));
  return createHash('sha256').update(content).update(version).digest('hex').slice(0, 16);
}

/** Removes the environments that no file of requirements asks for any more. */
function removeStaleEnvironments(): void {
  const wanted = new Set(globSync('requirements*.txt', { cwd: SCRIPTS }).map(environmentName));
  for (const entry of readdirSync(ENVIRONMENTS)) {
    if (!wanted.has(entry) && !entry.startsWith('draft-'))
      rmSync(path.join(ENVIRONMENTS, entry), { recursive: true });
  }
}

/**
 * The interpreter of the environment that has the requirements installed. It is made under a name of its own and then
 * renamed, so that a run that was broken off, or another one at the same time, leaves no half environment behind.
 */
function preparePython(requirements: string): string {
  const directory = path.join(ENVIRONMENTS, environmentName(requirements));
  const interpreter = path.join(directory, 'bin/python');
  if (existsSync(interpreter)) return interpreter;
  const draft = path.join(ENVIRONMENTS, `draft-${process.pid}`);
  mkdirSync(ENVIRONMENTS, { recursive: true });
  runToEnd('python3', ['-m', 'venv', '--clear', draft]);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
  runToEnd(path.join(draft, 'bin/python'), [...install, '--requirement', path.join(SCRIPTS, requirements)]);
  try {
    renameSync(draft, directory);
  } catch (error) {
    // Another run was first: its environment has the same content.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(interpreter)) throw error;
  }
  removeStaleEnvironments();
  return interpreter;
}

/**
 * Runs a script of `test/clients/python` with the arguments, in the environment of a file of requirements beside it;
 * makes the environment first if it must.
 */
export async function runPython(
  script: string,
  args: readonly string[],
  requirements = 'requirements.txt',
): Promise<ScriptResult> {
  const child = spawn(preparePython(requirements), ['-X', 'utf8', path.join(SCRIPTS, script), ...args], {
    env: { ...process.env, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { status, output };
}
