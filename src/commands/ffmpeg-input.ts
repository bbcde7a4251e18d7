import { stat } from 'node:fs/promises';
import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { FfmpegSource } from '../endpoint/ffmpeg-source.js';
import { inputError, startsBehindEnd } from '../endpoint/file-errors.js';
import { MediaError, NetworkError, UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { Unanswered } from '../ffmpeg/ask.js';
import { type Capabilities, capabilitiesOf } from '../ffmpeg/capabilities.js';
import { type CaptureScene, captureInput } from '../ffmpeg/capture.js';
import type { Capture } from '../ffmpeg/device.js';
import type { EncodeOptions } from '../ffmpeg/encoding.js';
import { type FfmpegInput, fileInput, type InputStreams, RAW_AUDIO, RAW_VIDEO } from '../ffmpeg/input.js';
import { listDevices } from '../ffmpeg/list-devices.js';
import { locateFfmpeg } from '../ffmpeg/locate.js';
import { outputArgs, type PlannedMedia } from '../ffmpeg/output-plan.js';
import { probeInput, UnreadableInput } from '../ffmpeg/probe.js';
import { parseSourceUrl, type SourceUrl, urlInput } from '../ffmpeg/url-input.js';
import type { PushInput } from './opened-input.js';

export interface FfmpegInputOptions {
  readonly ffmpegPath: string | undefined;
  readonly encoding: EncodeOptions;
  /** For the beginning of a network input. */
  readonly timeoutMs: number;
  /** Without media for so long, a connection would be given up. */
  readonly stallTimeoutMs: number;
  readonly startMs: number;
  readonly memory: RecycledMemory;
  readonly signal: AbortSignal;
  readonly report: (event: CommandEvent) => void;
}

/** FFmpeg is given up a little before the connection that it is silent for: it is the cause. */
const SILENCE_SHARE = 0.8;

/** What FFmpeg may take besides, to start and to look at what comes. */
const LOOKING_MS = 7_000;

/** An FFmpeg, and what it can do. */
interface Tool {
  readonly path: string;
  readonly capabilities: Capabilities;
}

/**
 * A camera, a screen, a microphone, or the test picture.
 *
 * @throws {FfmpegError | UsageError}
 */
export async function openCapture(capture: Capture, options: FfmpegInputOptions): Promise<PushInput> {
  const { encoding, timeoutMs, signal, report } = options;
  const { label, picture, sound } = capture;
  refuseStart(options, label);
  const tool = await findTool(options);
  const scene: CaptureScene = {
    platform: process.platform,
    environment: process.env,
    firstDevice: await firstDevices(capture, tool),
    ffmpeg: tool.capabilities,
  };
  const isTest = picture?.kind === 'test';
  if (picture?.kind === 'screen') warnOfWayland(scene, report);
  const media: PlannedMedia = {
    label,
    video: picture === undefined ? undefined : RAW_VIDEO,
    audio: sound === undefined ? undefined : RAW_AUDIO,
    audioInput: picture === undefined ? 0 : 1,
    isLive: true,
  };
  const input = captureInput(capture, encoding, scene);
  if (!isTest) {
    await probeInput(tool.path, input, {
      timeoutMs,
      signal,
      advice: 'rtmpkit push --list-devices shows what there is',
    });
  }
  return {
    ...sourceOf(input, media, tool, options),
    durationMs: undefined,
    isRepeatable: false,
    clock: isTest ? 'media' : 'wall', // the test picture is made as fast as it is taken
  };
}

/**
 * Anything with a URL that FFmpeg reads.
 *
 * @throws {NetworkError} `ERR_TIMEOUT` when nothing comes from there
 * @throws {FfmpegError | UsageError | MediaError}
 */
export async function openUrl(text: string, options: FfmpegInputOptions): Promise<PushInput> {
  const url = parseSourceUrl(text);
  if (url.isLive) refuseStart(options, url.label);
  const { timeoutMs, signal, startMs } = options;
  const tool = await findTool(options);
  const input = urlInput(url, startMs, liveArgs(url, options));
  const streams = url.isListener
    ? UNKNOWN
    : await probeInput(tool.path, input, { timeoutMs: timeoutMs + LOOKING_MS, signal }).catch((error: unknown) => {
        throw error instanceof Unanswered ? silence(url, error) : error;
      });
  // Of what comes through a script FFmpeg never tells the length.
  if (streams.durationMs === undefined && input.script === undefined) refuseStart(options, url.label);
  return {
    ...sourceOf(input, { ...streams, label: url.label, audioInput: 0, isLive: url.isLive }, tool, options),
    durationMs: lengthFrom(streams, startMs),
    isRepeatable: !url.isLive,
    clock: url.isLive ? 'wall' : 'media',
  };
}

/**
 * A file that FFmpeg reads.
 *
 * @throws {FfmpegError | UsageError | MediaError}
 */
export async function openWithFfmpeg(path: string, options: FfmpegInputOptions): Promise<PushInput> {
  const { timeoutMs, signal, startMs } = options;
  const isFile = await isRegular(path);
  const tool = await findTool(options);
  const input = fileInput(path, startMs);
  const streams = isFile ? await probeInput(tool.path, input, { timeoutMs, signal }).catch(asMediaError) : UNKNOWN;
  const durationMs = lengthFrom(streams, startMs);
  if (durationMs !== undefined && durationMs <= 0 && startMs > 0) {
    throw startsBehindEnd(path, startMs);
  }
  return {
    ...sourceOf(input, { ...streams, label: path, audioInput: 0, isLive: false }, tool, options),
    durationMs,
    isRepeatable: isFile,
    clock: 'media',
  };
}

/** An FFmpeg that waits for what does not come is no fault of FFmpeg. */
function silence({ label }: SourceUrl, cause: Unanswered): NetworkError {
  return new NetworkError('ERR_TIMEOUT', `nothing that FFmpeg can read came from ${label} in time`, {
    stage: 'ffmpeg',
    advice: 'check the address, and that somebody sends there; --timeout T waits longer',
    cause,
  });
}

/** What is read from anything else, such as a named pipe, is gone: there is no looking at it beforehand. */
async function isRegular(path: string): Promise<boolean> {
  try {
    const stats = await stat(path);
    return stats.isFile() || stats.isDirectory();
  } catch (error) {
    throw inputError(error, path);
  }
}

/** A file that FFmpeg cannot read is no fault of FFmpeg. */
function asMediaError(error: unknown): never {
  if (!(error instanceof UnreadableInput)) throw error;
  const { message, peerWords, stage } = error;
  throw new MediaError('ERR_MEDIA_UNSUPPORTED', message, { stage, peerWords, cause: error });
}

/** Nobody has seen it yet: whatever there is, is encoded. */
const UNKNOWN: InputStreams = { video: RAW_VIDEO, audio: RAW_AUDIO, durationMs: undefined };

async function findTool({ ffmpegPath, signal }: FfmpegInputOptions): Promise<Tool> {
  const path = await locateFfmpeg({ path: ffmpegPath });
  return { path, capabilities: await capabilitiesOf(path, { signal }) };
}

function sourceOf(
  input: FfmpegInput,
  media: PlannedMedia,
  tool: Tool,
  options: FfmpegInputOptions,
): Required<Pick<PushInput, 'tags' | 'close'>> {
  const { encoding, memory, signal, stallTimeoutMs, report } = options;
  const tags = new FfmpegSource({
    ffmpegPath: tool.path,
    input,
    outputArgs: outputArgs(media, encoding, tool.capabilities),
    memory,
    silenceMs: stallTimeoutMs * SILENCE_SHARE,
    signal,
    onComplaint: (text) => report({ event: 'warning', code: 'WARN_FFMPEG', message: `FFmpeg says: ${text}` }),
  });
  return { tags, close: () => tags.close() };
}

/** Windows has no word for the usual device: the first of the list is taken. */
async function firstDevices(
  { picture, sound }: Capture,
  { path }: Tool,
): Promise<(kind: 'camera' | 'mic') => string | undefined> {
  const isNeeded = [picture, sound].some(
    (device) => device !== undefined && 'name' in device && device.name === undefined,
  );
  if (process.platform !== 'win32' || !isNeeded) return () => undefined;
  const devices = await listDevices(path, { platform: process.platform, environment: process.env });
  return (kind) => devices.find((device) => device.kind === kind)?.name;
}

/** Without these FFmpeg takes five seconds to look at a live stream, in which it waits for a keyframe. */
function liveArgs({ isLive }: SourceUrl, { encoding }: FfmpegInputOptions): readonly string[] {
  return isLive && encoding.lowLatency === true
    ? ['-fflags', 'nobuffer', '-flags', 'low_delay', '-analyzeduration', '1000000']
    : [];
}

function lengthFrom({ durationMs }: InputStreams, startMs: number): number | undefined {
  return durationMs === undefined ? undefined : durationMs - startMs;
}

/** There X has only the windows of old programs to show. */
function warnOfWayland({ platform, environment }: CaptureScene, report: FfmpegInputOptions['report']): void {
  if (platform === 'linux' && environment['WAYLAND_DISPLAY']) {
    report({
      event: 'warning',
      code: 'WARN_WAYLAND',
      message: 'this is a Wayland desktop, of which FFmpeg sees little or nothing',
      advice: 'log in to an X session to push the screen',
    });
  }
}

function refuseStart({ startMs }: FfmpegInputOptions, label: string): void {
  if (startMs > 0) {
    throw new UsageError('ERR_USAGE', `${label} has no beginning to skip: --start is for files`, {
      stage: 'options',
      advice: 'leave --start out',
    });
  }
}
