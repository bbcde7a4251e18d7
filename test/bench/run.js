// `npm run bench [name…]`: builds the benches and the program from the sources, runs each bench in a process of its own, and
// prints what they measured. `--json` prints one line per number instead. Benches in folders run only when they are named
// (`fanout/crowd`); some take settings (`players=400`).
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import config from '../../.config/rolldown.config.js';
import { endWithParent, inOwnGroup } from './own-group.js';
import { table } from './table.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUFFIX = '.bench.ts';
const PROGRAM_SUFFIX = '.program.ts';

if (process.send === undefined) {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupted.abort(signal));
  await runBenches(process.argv.slice(2), interrupted.signal).catch((error) => {
    if (!interrupted.signal.aborted) throw error;
    process.exitCode = 128 + constants.signals[interrupted.signal.reason];
  });
} else {
  endWithParent();
  await runBench(process.argv[2], JSON.parse(process.argv[3]));
}

async function runBenches(argv, signal) {
  const settings = Object.fromEntries(argv.filter(isSetting).map((word) => word.split('=')));
  const names = await chosenBenches(argv.filter((word) => word !== '--json' && !isSetting(word)));
  const directory = await mkdtemp(join(tmpdir(), 'rtmpkit-bench-'));
  try {
    const program = await buildProgram(directory);
    const programs = await bundlePrograms(directory);
    const bundles = await bundleBenches(names, directory);
    for (const name of names) {
      const own = join(directory, name);
      await mkdir(own, { recursive: true });
      const results = await inOwnProcess(
        bundles(name),
        { root: ROOT, program, programs, directory: own, settings },
        signal,
      );
      await rm(own, { recursive: true });
      print(name, results, argv.includes('--json'));
    }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 }); // whoever was killed may have written until just now
  }
}

async function chosenBenches(wanted) {
  const all = await namesOfAll(SUFFIX);
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no bench is called ${unknown.join(', ')}; there are ${all.join(', ')}`);
  }
  return wanted.length === 0 ? all.filter((name) => !name.includes('/')) : wanted;
}

/** Paths below this folder, without the suffix. */
async function namesOfAll(suffix) {
  const files = await readdir(HERE, { recursive: true });
  return files.filter((file) => file.endsWith(suffix)).map((file) => file.slice(0, -suffix.length));
}

function isSetting(word) {
  return word.includes('=');
}

/** A copy of the package as it would be installed, so that what is measured is never an old build. */
async function buildProgram(directory) {
  const home = join(directory, 'rtmpkit');
  await build({ ...config, cwd: ROOT, logLevel: 'warn', output: { ...config.output, dir: join(home, 'dist') } });
  await cp(join(ROOT, 'bin'), join(home, 'bin'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(home, 'package.json'));
  return join(home, 'bin', 'rtmpkit.js');
}

async function bundleBenches(names, directory) {
  const dir = join(directory, 'benches');
  await bundle(Object.fromEntries(names.map((name) => [name, join(HERE, `${name}${SUFFIX}`)])), dir);
  return (name) => join(dir, `${name}.mjs`);
}

async function bundlePrograms(directory) {
  const dir = join(directory, 'programs');
  const names = await namesOfAll(PROGRAM_SUFFIX);
  await bundle(
    Object.fromEntries(names.map((name) => [`${basename(name)}.program`, join(HERE, `${name}${PROGRAM_SUFFIX}`)])),
    dir,
  );
  return dir;
}

async function bundle(input, dir) {
  await build({
    cwd: ROOT,
    input,
    platform: 'node',
    logLevel: 'warn',
    resolve: config.resolve,
    output: { dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
  });
}

/** What one bench did to the engine's type feedback and heap must not show in the next. */
async function inOwnProcess(bundle, context, signal) {
  try {
    return await inOwnGroup(fileURLToPath(import.meta.url), [bundle, JSON.stringify(context)], signal);
  } catch (cause) {
    throw new Error(`${basename(bundle)} did not come to its end`, { cause });
  }
}

async function runBench(bundle, context) {
  const { default: bench } = await import(pathToFileURL(bundle).href);
  process.send(await bench(context), () => process.exit());
}

function print(name, results, asJson) {
  if (asJson) {
    for (const result of results) {
      console.log(JSON.stringify({ bench: name, ...result }));
    }
  } else {
    console.log(`\n${name}\n${table(results)}`);
  }
}
