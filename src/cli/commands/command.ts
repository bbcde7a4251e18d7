import type { CommandEvent } from '../../events.js';
import type { CommandSyntax } from '../arguments.js';
import type { Curtain } from '../curtain.js';
import type { Layer, LayerContent, Resolved } from '../options/layers.js';
import { resolve } from '../options/layers.js';
import type { OptionTable } from '../options/option.js';
import type { Renderer } from '../render/renderer.js';
import type { World } from '../world.js';

/** A command whose options are read, ready to run. */
export interface Prepared {
  readonly curtain: Curtain;
  /** Puts another one in front of the renderer that shows it. */
  readonly screen?: ((talk: Renderer) => Promise<Renderer>) | undefined;
  readonly start: (signal: AbortSignal) => Promise<AsyncIterable<CommandEvent>>;
}

export interface Command extends CommandSyntax {
  readonly help: string;
  /** What it gives besides what it tells on the way: with `report`, one document at the end. */
  readonly result?: 'report';
  /** Being stopped by a signal is how it ends: exit status 0. */
  readonly endsBySignal: boolean;
  /** Entries of a configuration file that are no options, and that the command reads itself. */
  readonly documentSections?: readonly string[];
  /**
   * @param document the whole configuration file; `undefined`: there is none
   * @throws {UsageError}
   */
  readonly prepare: (
    layers: Readonly<Record<Layer, LayerContent>>,
    operands: readonly string[],
    world: World,
    document: unknown,
  ) => Promise<Prepared>;
}

export interface CommandDefinition<Table extends OptionTable> extends Omit<Command, 'prepare'> {
  readonly options: Table;
  readonly prepare: (resolved: Resolved<Table>, operands: readonly string[], world: World) => Promise<Prepared>;
}

/** Makes commands with different options alike. */
export function defineCommand<Table extends OptionTable>(definition: CommandDefinition<Table>): Command {
  return {
    ...definition,
    prepare: (layers, operands, world) => definition.prepare(resolve(definition.options, layers), operands, world),
  };
}
