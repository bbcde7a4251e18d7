import { UsageError } from '../../errors.js';
import type { Command } from '../commands/command.js';
import type { Resolved } from '../options/layers.js';
import { COMMON_OPTIONS } from '../options/tables.js';
import { verbosityOf } from '../options/verbosity.js';
import type { World } from '../world.js';
import { JsonRenderer } from './json.js';
import { onlyFailures, type Renderer } from './renderer.js';

type Common = Resolved<typeof COMMON_OPTIONS>;

/**
 * The renderer that the options and the terminal ask for. Each is loaded only where it is used.
 *
 * @param program how failures begin: `rtmpkit push`
 * @throws {UsageError} when both silence and talk are asked for at once.
 */
export async function chooseRenderer(
  program: string,
  common: Common,
  world: World,
  result?: Command['result'],
): Promise<Renderer> {
  const { settings, layerOf } = common;
  if (settings.quiet && settings.verbose > 0 && layerOf('quiet') === layerOf('verbose')) {
    throw new UsageError('ERR_USAGE', '--quiet and --verbose contradict each other');
  }
  const verbosity = verbosityOf(common);
  if (settings.json) {
    return result === 'report'
      ? documentRenderer(world)
      : new JsonRenderer({ output: world.stdout, now: world.now, verbosity });
  }
  const renderer =
    result === 'report'
      ? await reportRenderer(program, verbosity, settings.color, world)
      : await rendererForPeople(program, verbosity, settings.color, world);
  return settings.quiet && verbosity === 0 ? onlyFailures(renderer) : renderer;
}

async function documentRenderer({ stdout }: World): Promise<Renderer> {
  const { DocumentRenderer } = await import('./report/document-renderer.js');
  return new DocumentRenderer(stdout);
}

async function reportRenderer(
  program: string,
  verbosity: number,
  wantsColor: boolean | undefined,
  world: World,
): Promise<Renderer> {
  const [{ ReportRenderer }, { styleFor }] = await Promise.all([
    import('./report/report-renderer.js'),
    import('./style.js'),
  ]);
  const { stdout: output, environment } = world;
  const style = styleFor(output, environment, wantsColor); // ahead of the talk, whose colours ora shares
  const talk = await rendererForPeople(program, verbosity, wantsColor, world);
  return new ReportRenderer({ talk, output, style, isVerbose: verbosity > 0 });
}

/** For errors that come before the options are known: a look at what was most likely meant. */
export async function rendererForBadOptions(program: string, argv: readonly string[], world: World): Promise<Renderer> {
  if (argv.includes('--json') || COMMON_OPTIONS.json.read(world.environment['RTMPKIT_JSON'] ?? '') === true) {
    return new JsonRenderer({ output: world.stdout, now: world.now, verbosity: 0 });
  }
  const wantsColor = argv.includes('--no-color') ? false : undefined;
  return rendererForPeople(program, 0, wantsColor, world);
}

/**
 * For what must be told to a person, on standard error.
 *
 * @param program how failures begin: `rtmpkit push`
 */
export async function rendererForPeople(
  program: string,
  verbosity: number,
  wantsColor: boolean | undefined,
  world: World,
): Promise<Renderer> {
  const { talkFor } = await import('./talk.js');
  return talkFor(program, verbosity, wantsColor, world);
}
