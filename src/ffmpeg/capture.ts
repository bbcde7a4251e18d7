import { FfmpegError, UsageError } from '../errors.js';
import type { Capabilities } from './capability-text.js';
import type { Capture, Device } from './device.js';
import type { EncodeOptions } from './encoding.js';
import type { Environment } from './find-program.js';
import { asItIs, type FfmpegInput } from './input.js';

/** Where a capture takes place. */
export interface CaptureScene {
  readonly platform: NodeJS.Platform;
  readonly environment: Environment;
  /** The first device of a kind, where the system has no word for it: Windows. */
  readonly firstDevice: (kind: 'camera' | 'mic') => string | undefined;
  readonly ffmpeg: Capabilities;
}

const DEFAULT_FPS = 30;
const TEST_SIZE = { width: 1280, height: 720 };

/** A slow moment of the machine is not to cost frames. */
const QUEUE = ['-thread_queue_size', '512'];

/**
 * FFmpeg's inputs for a capture: first what is seen, then what is heard.
 *
 * @throws {UsageError | FfmpegError} when there is no such thing on this platform, or this FFmpeg cannot capture it
 */
export function captureInput(capture: Capture, options: EncodeOptions, scene: CaptureScene): FfmpegInput {
  const { label, picture, sound } = capture;
  const devices = [picture, sound].filter((device) => device !== undefined);
  return {
    args: devices.flatMap((device) => deviceArgs(device, device === sound, options, scene)),
    label,
    redact: asItIs,
  };
}

function deviceArgs(device: Device, isHeard: boolean, options: EncodeOptions, scene: CaptureScene): string[] {
  switch (device.kind) {
    case 'test':
      return isHeard ? testTone() : testPicture(options);
    case 'screen':
      return screenArgs(device.number, options, scene);
    case 'camera':
      return cameraArgs(device.name, options, scene);
    case 'mic':
      return micArgs(device.name, scene);
  }
}

function testPicture({ size = TEST_SIZE, fps = DEFAULT_FPS }: EncodeOptions): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size.width}x${size.height}:rate=${fps}`];
}

/** With a beep each second, by which the eye can tell whether sound and picture are together. */
function testTone(): string[] {
  return ['-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=4:sample_rate=48000'];
}

function screenArgs(number: number | undefined, { fps = DEFAULT_FPS }: EncodeOptions, scene: CaptureScene): string[] {
  const rate = ['-framerate', `${fps}`];
  switch (scene.platform) {
    case 'darwin':
      return [
        ...grab('avfoundation', scene),
        ...rate,
        '-capture_cursor',
        '1',
        '-i',
        `Capture screen ${number ?? 0}:none`,
      ];
    case 'win32':
      return number === undefined
        ? [...grab('gdigrab', scene), ...rate, '-i', 'desktop']
        : [...grab('lavfi', scene), '-i', `ddagrab=output_idx=${number}:framerate=${fps},hwdownload,format=bgra`];
    default:
      return [...grab('x11grab', scene), ...rate, '-i', x11Screen(number, scene.environment)];
  }
}

/** `DISPLAY` is `[host]:display[.screen]`. */
function x11Screen(number: number | undefined, { DISPLAY, WAYLAND_DISPLAY }: Environment): string {
  if (DISPLAY === undefined || DISPLAY === '') {
    const wayland = WAYLAND_DISPLAY === undefined ? '' : '; of a Wayland desktop FFmpeg can capture nothing';
    throw new UsageError('ERR_USAGE', `there is no X display to capture: DISPLAY is not set${wayland}`, {
      stage: 'options',
      advice: 'run it on the desktop, or say which display: DISPLAY=:0 rtmpkit push screen',
    });
  }
  return number === undefined ? DISPLAY : `${DISPLAY.replace(/(:\d+)\.\d+$/, '$1')}.${number}`;
}

function cameraArgs(name: string | undefined, { size, fps }: EncodeOptions, scene: CaptureScene): string[] {
  const wanted = size === undefined ? [] : ['-video_size', `${size.width}x${size.height}`];
  const rate = fps === undefined ? [] : ['-framerate', `${fps}`];
  switch (scene.platform) {
    case 'darwin': // it takes no other rate than the camera has, and its own fallback is none of them
      return [
        ...grab('avfoundation', scene),
        '-framerate',
        `${fps ?? DEFAULT_FPS}`,
        ...wanted,
        '-i',
        `${name ?? 'default'}:none`,
      ];
    case 'win32':
      return [...grab('dshow', scene), ...wanted, ...rate, '-i', `video=${name ?? firstOf('camera', scene)}`];
    default:
      return [...grab('v4l2', scene), ...wanted, ...rate, '-i', v4l2Path(name)];
  }
}

/** `0`, `video0` and `/dev/video0` are the same camera. */
function v4l2Path(name = '0'): string {
  if (/^\d+$/.test(name)) return `/dev/video${name}`;
  return name.startsWith('/') ? name : `/dev/${name}`;
}

function micArgs(name: string | undefined, scene: CaptureScene): string[] {
  switch (scene.platform) {
    case 'darwin':
      return [...grab('avfoundation', scene), '-i', `none:${name ?? 'default'}`];
    case 'win32':
      return [...grab('dshow', scene), '-i', `audio=${name ?? firstOf('mic', scene)}`];
    default:
      return scene.ffmpeg.demuxers.has('pulse')
        ? [...grab('pulse', scene), '-i', name ?? 'default']
        : [...grab('alsa', scene), '-i', name ?? 'default'];
  }
}

/** The beginning of an input that is captured this way. */
function grab(format: string, { ffmpeg }: CaptureScene): string[] {
  if (!ffmpeg.demuxers.has(format)) {
    throw new FfmpegError('ERR_FFMPEG_FAILED', `this FFmpeg (${ffmpeg.version}) was built without ${format}`, {
      stage: 'ffmpeg',
      advice: 'use a complete one, with --ffmpeg PATH',
    });
  }
  return [...QUEUE, '-f', format];
}

function firstOf(kind: 'camera' | 'mic', { firstDevice }: CaptureScene): string {
  const name = firstDevice(kind);
  if (name === undefined) {
    throw new UsageError('ERR_USAGE', `there is no ${kind} here`, {
      stage: 'options',
      advice: 'rtmpkit push --list-devices shows what there is',
    });
  }
  return name;
}
