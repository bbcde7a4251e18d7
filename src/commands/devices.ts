import type { CommandEvent } from '../events.js';
import { listDevices } from '../ffmpeg/list-devices.js';
import { locateFfmpeg } from '../ffmpeg/locate.js';
import type { DevicesOptions } from './options.js';

/**
 * Tells in one event what `push` can capture on this machine.
 *
 * @throws {FfmpegError}
 */
export async function* devices({ ffmpegPath }: DevicesOptions): AsyncGenerator<CommandEvent, void> {
  const path = await locateFfmpeg({ path: ffmpegPath });
  const { platform, env: environment } = process;
  yield { event: 'devices', devices: await listDevices(path, { platform, environment }) };
}
