import type { CommandEvent } from '../events.js';
import { listDevices } from '../ffmpeg/list-devices.js';
import { locateFfmpeg } from '../ffmpeg/locate.js';
import type { DevicesOptions } from './options.js';

/**
 * Tells in one `devices` event what `push` can capture on this machine. Aborting throws the signal's reason.
 *
 * @throws {FfmpegError}
 */
export async function* devices(
  { ffmpegPath }: DevicesOptions = {},
  signal?: AbortSignal,
): AsyncGenerator<CommandEvent, void> {
  const path = await locateFfmpeg({ path: ffmpegPath });
  const { platform, env: environment } = process;
  yield { event: 'devices', devices: await listDevices(path, { platform, environment, signal }) };
}
