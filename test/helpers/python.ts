/** Runs Python scripts in a virtual environment below `.venv/`, which is made once for each state of the requirements. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPTS = path.join(ROOT, 'test/clients/python');
const REQUIREMENTS = path.join(SCRIPTS, 'requirements.txt');
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

/**
 * The interpreter of the environment that has the requirements installed. It is made under a name of its own and then
 * renamed, so that a run that was broken off, or another one at the same time, leaves no half environment behind.
 */
function preparePython(): string {
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout;
  const fingerprint = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(version).digest('hex');
  const name = fingerprint.slice(0, 16);
  const directory = path.join(ENVIRONMENTS, name);
  const interpreter = path.join(directory, 'bin/python');
  if (existsSync(interpreter)) return interpreter;
  const draft = path.join(ENVIRONMENTS, `draft-${process.pid}`);
  mkdirSync(ENVIRONMENTS, { recursive: true });
  runToEnd('python3', ['-m', 'venv', '--clear', draft]);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
  runToEnd(path.join(draft, 'bin/python'), [...install, '--requirement', REQUIREMENTS]);
  try {
    renameSync(draft, directory);
  } catch (error) {
    // Another run was first: its environment has the same content.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(interpreter)) throw error;
  }
  for (const entry of readdirSync(ENVIRONMENTS)) {
    if (entry !== name && !entry.startsWith('draft-'))
      rmSync(path.join(ENVIRONMENTS, entry), { recursive: true });
  }
  return interpreter;
}

/** Runs a script of `test/clients/python` with the arguments; makes the environment first if it must. */
export async function runPython(script: string, args: readonly string[]): Promise<ScriptResult> {
  const child = spawn(preparePython(), ['-X', 'utf8', path.join(SCRIPTS, script), ...args], {
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
