import { OutputError } from '../errors.js';
import { type Arguments, likelyCommand, parseArguments } from './arguments.js';
import { COMMANDS } from './commands/all.js';
import type { Command, Prepared } from './commands/command.js';
import { Curtain } from './curtain.js';
import { EXIT_OF_KIND, EXIT_OF_SIGNAL, EXIT_OK } from './exit-codes.js';
import { failureOf } from './failure.js';
import { flushed } from './flushed.js';
import { MAIN_HELP } from './help.js';
import { readConfigFile } from './options/config-file.js';
import { environmentLayer, fileLayer, type Layer, type LayerContent, resolve } from './options/layers.js';
import { COMMON_OPTIONS } from './options/tables.js';
import { chooseRenderer, rendererForBadOptions, rendererForPeople } from './render/choose.js';
import type { Renderer } from './render/renderer.js';
import { version } from './version.js';
import type { World } from './world.js';

/** Runs a command line to its end, and gives its exit status. Whatever goes wrong is told, nothing is thrown. */
export async function runProgram(argv: readonly string[], world: World): Promise<number> {
  return new Program(argv, world).run();
}

class Program {
  readonly #argv: readonly string[];
  readonly #world: World;
  /** How failures begin: `rtmpkit push`. */
  readonly #name: string;
  #endsBySignal = false;
  #renderer: Renderer | undefined;
  #curtain = new Curtain(false);

  constructor(argv: readonly string[], world: World) {
    this.#argv = argv;
    this.#world = world;
    this.#name = ['rtmpkit', likelyCommand(argv, COMMANDS)].filter((word) => word !== undefined).join(' ');
  }

  async run(): Promise<number> {
    try {
      const exitCode = await Promise.race([this.#perform(), this.#world.crashed]);
      this.#renderer?.close();
      await flushed(this.#world.stdout); // results that cannot be written are a failure, too, and show only now
      return this.#world.interruption.cause === undefined ? exitCode : await this.#interrupted();
    } catch (error) {
      this.#renderer?.close();
      const isConsequence = this.#world.interruption.cause !== undefined && this.#followsInterruption(error);
      return isConsequence ? await this.#interrupted() : await this.#failed(error);
    }
  }

  async #perform(): Promise<number> {
    const parsed = parseArguments(this.#argv, COMMANDS);
    const command = COMMANDS.find(({ name }) => name === parsed.command);
    const answer = directAnswer(parsed, command);
    if (answer !== undefined) {
      this.#world.stdout.write(answer);
      return EXIT_OK.code;
    }
    if (command === undefined) {
      this.#world.stderr.write(MAIN_HELP);
      return EXIT_OF_KIND.usage.code;
    }
    this.#endsBySignal = command.endsBySignal;
    const { layers, document } = await layersFor(command, parsed.options, this.#world);
    const talk = await chooseRenderer(this.#name, resolve(COMMON_OPTIONS, layers), this.#world, command.result);
    this.#renderer = talk;
    const prepared = await command.prepare(layers, parsed.operands, this.#world, document);
    const renderer = (await prepared.screen?.(talk)) ?? talk;
    this.#renderer = renderer;
    this.#curtain = prepared.curtain;
    await this.#show(prepared, renderer);
    return EXIT_OK.code;
  }

  async #show({ start, curtain }: Prepared, renderer: Renderer): Promise<void> {
    const { interruption, suspension } = this.#world;
    suspension.watch(renderer);
    interruption.beforeAbandon(() => renderer.close());
    interruption.signal.addEventListener('abort', () => {
      if (interruption.cause?.by === 'signal') {
        renderer.stopping(interruption.cause.signal);
      }
    });
    for await (const event of await start(interruption.signal)) {
      renderer.event(curtain.coverEvent(event));
    }
  }

  /** Whether an error says no more than that the command was asked to end. */
  #followsInterruption(error: unknown): boolean {
    const { cause, signal } = this.#world.interruption;
    const isAbort = error === signal.reason || (error instanceof Error && error.name === 'AbortError');
    return isAbort || (cause?.by === 'reader gone' && error instanceof OutputError);
  }

  async #interrupted(): Promise<number> {
    const { cause } = this.#world.interruption;
    switch (cause?.by) {
      case 'signal':
        return this.#endsBySignal ? EXIT_OK.code : EXIT_OF_SIGNAL[cause.signal];
      case 'output failure':
        this.#renderer = await rendererForPeople(this.#name, 0, undefined, this.#world); // whatever it was, on stderr
        return this.#failed((await import('../endpoint/file-errors.js')).outputError(cause.error, 'standard output'));
      case 'reader gone':
      case 'key':
      case undefined:
        return EXIT_OK.code;
    }
  }

  async #failed(error: unknown): Promise<number> {
    const failure = failureOf(error, this.#curtain);
    const needsHint = failure.exitCode === EXIT_OF_KIND.usage.code && failure.advice === undefined;
    const told = needsHint ? { ...failure, advice: `see ${this.#name} --help` } : failure;
    const renderer = this.#renderer ?? (await rendererForBadOptions(this.#name, this.#argv, this.#world));
    renderer.failure(told);
    return told.exitCode;
  }
}

function directAnswer({ wantsHelp, wantsVersion }: Arguments, command: Command | undefined): string | undefined {
  if (wantsVersion) {
    return `${version()}\n`;
  }
  return wantsHelp ? (command?.help ?? MAIN_HELP) : undefined;
}

async function layersFor(
  { options, documentSections }: Command,
  commandLine: LayerContent,
  { environment }: World,
): Promise<{ readonly layers: Record<Layer, LayerContent>; readonly document: unknown }> {
  const layers = { 'command line': commandLine, environment: environmentLayer(options, environment), file: new Map() };
  const { config } = resolve({ config: COMMON_OPTIONS.config }, layers).settings;
  if (config === undefined) return { layers, document: undefined };
  const document = await readConfigFile(config);
  return { layers: { ...layers, file: fileLayer(options, document, config, documentSections) }, document };
}
