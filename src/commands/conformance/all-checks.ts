import type { CheckGroup } from './check.js';
import { ALIVE } from './checks/alive.js';
import { CHUNKS } from './checks/chunks.js';
import { COMMANDS } from './checks/commands.js';
import { CONTROL } from './checks/control.js';
import { HANDSHAKE } from './checks/handshake.js';
import { MEDIA } from './checks/media.js';
import { PLAY } from './checks/play.js';
import { PLAYING } from './checks/playing.js';
import { PUBLISH } from './checks/publish.js';
import { TIMESTAMPS } from './checks/timestamps.js';

/**
 * All checks, in the order in which they are told. Those that use the desk's one connection are done in this order too:
 * what may break it stands behind what may not.
 */
export const ALL_CHECKS: readonly CheckGroup[] = [
  HANDSHAKE,
  COMMANDS,
  PUBLISH,
  CONTROL,
  CHUNKS,
  TIMESTAMPS,
  PLAY,
  PLAYING,
  MEDIA,
  ALIVE,
];
