import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { RECORDING_EXTENSIONS, recordingFormat } from '../endpoint/recording-formats.js';
import { UsageError } from '../errors.js';
import type { WarningEvent } from '../events.js';
import { isPictureExtension, MUXER_EXTENSIONS, muxerFor } from '../ffmpeg/mux-arguments.js';

/** Kinds of media, lists and captions that nobody writes for us. Somebody who names one does not want an FLV of that name. */
const UNWRITABLE: ReadonlySet<string> = new Set(
  (
    '3g2 264 265 aif aiff amr apng ass au av1 caf divx dts dv eac3 f4a f4b f4v gif h264 h265 hevc ismv ivf ' +
    'm1v m2v m3u m3u8 m4b m4s mid midi mk3d mp2 mpd mpe mpeg mpg obu oga ogv ogm ra ram rm rmvb sdp spx srt swf ' +
    'tp vob vtt vp8 vp9 wma wtv y4m yuv'
  )
    .split(' ')
    .map((word) => `.${word}`),
);

/** FFmpeg's name of a format that we do not write ourselves. */
export function foreignMuxer(path: string): string | undefined {
  return recordingFormat(path) === 'flv' ? muxerFor(extname(path)) : undefined;
}

/** @throws {UsageError} when a name promises what cannot be in a file that we or FFmpeg write */
export function checkRecordingName(path: string): void {
  refusePicture(path);
  if (!UNWRITABLE.has(extname(path).toLowerCase())) return;
  const withFfmpeg = MUXER_EXTENSIONS.filter((extension) => !RECORDING_EXTENSIONS.includes(extension));
  throw unwritable(path, `outputs are ${RECORDING_EXTENSIONS.join(' ')}, and with FFmpeg ${withFfmpeg.join(' ')}`);
}

/** The same where FFmpeg writes nothing. @throws {UsageError} */
export function checkOwnRecordingName(path: string): void {
  const extension = extname(path).toLowerCase();
  const isForeign = isPictureExtension(extension) || foreignMuxer(path) !== undefined || UNWRITABLE.has(extension);
  if (isForeign) throw unwritable(path, `outputs are ${RECORDING_EXTENSIONS.join(' ')}`);
}

/** Says so when a name does not tell that an FLV is written. Devices and pipes have names of their own. */
export async function tellFlvByDefault(path: string, report: (event: WarningEvent) => void): Promise<void> {
  const isNamed = extname(path).toLowerCase() === '.flv' || recordingFormat(path) !== 'flv';
  if (isNamed || foreignMuxer(path) !== undefined || (await isSpecial(path))) return;
  report({
    event: 'warning',
    code: 'WARN_FLV_BY_DEFAULT',
    message: `${path}: this is written as FLV, since its name says nothing else`,
  });
}

async function isSpecial(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => !found.isFile(),
    () => false, // it is not there yet
  );
}

function refusePicture(path: string): void {
  if (!isPictureExtension(extname(path))) return;
  throw new UsageError('ERR_USAGE', `${path}: this is the name of a picture, not of a recording`, {
    stage: 'options',
    advice: `--snapshot ${path} writes a picture`,
  });
}

function unwritable(path: string, advice: string): UsageError {
  return new UsageError('ERR_USAGE', `${path}: no ${extname(path)} can be written`, { stage: 'options', advice });
}
