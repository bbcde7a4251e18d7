import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './ask.js';
import {
  camera,
  type ListedDevice,
  parseAvfoundationDevices,
  parseDshowDevices,
  parseSources,
} from './device-lists.js';
import type { Environment } from './find-program.js';

export type { ListedDevice } from './device-lists.js';

export interface ListingScene {
  readonly platform: NodeJS.Platform;
  readonly environment: Environment;
  /** Default: where Linux tells of its cameras. */
  readonly v4l2Folder?: string;
  /** Ends what is asked, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

const V4L2_FOLDER = '/sys/class/video4linux';

/**
 * The cameras, screens and microphones of this machine.
 *
 * @param ffmpegPath see `locateFfmpeg`
 * @throws {FfmpegError} when it cannot be asked
 */
export async function listDevices(ffmpegPath: string, scene: ListingScene): Promise<ListedDevice[]> {
  const { signal } = scene;
  switch (scene.platform) {
    case 'darwin':
      return parseAvfoundationDevices(await saidOf(ffmpegPath, 'avfoundation', '', signal));
    case 'win32':
      return [
        ...parseDshowDevices(await saidOf(ffmpegPath, 'dshow', 'dummy', signal)),
        { kind: 'screen', name: 'all screens together', input: 'screen' },
      ];
    default:
      return [
        ...(await v4l2Cameras(scene.v4l2Folder ?? V4L2_FOLDER)),
        ...x11Screens(scene.environment),
        ...(await soundSources(ffmpegPath, signal)),
      ];
  }
}

/** It always fails, since nothing is opened; what counts are its words. */
async function saidOf(
  ffmpegPath: string,
  format: string,
  input: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const args = ['-hide_banner', '-nostdin', '-f', format, '-list_devices', 'true', '-i', input];
  return (await ask(ffmpegPath, args, { signal })).stderr;
}

async function v4l2Cameras(folder: string): Promise<ListedDevice[]> {
  const devices = await readdir(folder).catch(() => []); // no folder: no camera was ever plugged in
  const cameras = await Promise.all(
    devices.sort().map(async (device) => {
      // A camera has several devices; the others carry its metadata.
      const [name, index] = await Promise.all([
        textOf(join(folder, device, 'name')),
        textOf(join(folder, device, 'index')),
      ]);
      return index === '' || index === '0' ? [camera(name || device, `/dev/${device}`)] : [];
    }),
  );
  return cameras.flat();
}

async function textOf(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}

function x11Screens({ DISPLAY }: Environment): ListedDevice[] {
  return DISPLAY === undefined || DISPLAY === ''
    ? []
    : [{ kind: 'screen', name: `X display ${DISPLAY}`, input: 'screen' }];
}

async function soundSources(ffmpegPath: string, signal: AbortSignal | undefined): Promise<ListedDevice[]> {
  const sourcesOf = async (system: string): Promise<ListedDevice[]> =>
    parseSources((await ask(ffmpegPath, ['-hide_banner', '-sources', system], { signal })).stdout);
  const pulse = await sourcesOf('pulse');
  return pulse.length > 0 ? pulse : sourcesOf('alsa');
}
