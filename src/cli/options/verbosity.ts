import type { MessageDisclosure } from '../../rtmp/watch/message-watch.js';
import { LAYERS, type Layer, type Resolved } from './layers.js';
import type { COMMON_OPTIONS } from './tables.js';

type Common = Resolved<typeof COMMON_OPTIONS>;

/** From so many `-v` on, every protocol message is told. */
const EVERY_MESSAGE = 2;

/** How often `-v` counts: not at all where `--quiet` is the stronger. */
export function verbosityOf({ settings, layerOf }: Common): number {
  return settings.quiet && rank(layerOf('quiet')) < rank(layerOf('verbose')) ? 0 : settings.verbose;
}

/** Which messages a command is to report, and how. */
export function messageDisclosure(common: Common): MessageDisclosure | undefined {
  if (verbosityOf(common) < EVERY_MESSAGE) {
    return undefined;
  }
  return common.settings['show-keys'] ? 'complete' : 'redacted';
}

/** The first layer is the strongest. */
function rank(layer: Layer | undefined): number {
  return layer === undefined ? LAYERS.length : LAYERS.indexOf(layer);
}
