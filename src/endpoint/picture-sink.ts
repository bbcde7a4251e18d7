import { FfmpegError, MediaError } from '../errors.js';
import { FfmpegProcess } from '../ffmpeg/ffmpeg-process.js';
import { pictureArguments } from '../ffmpeg/mux-arguments.js';
import type { Broadcast, SubscribeOptions, Subscription } from '../flow/broadcast.js';
import type { Burst } from '../flow/burst.js';
import type { Sink } from '../flow/sink.js';
import { StreamHeaders } from '../flow/stream-headers.js';
import { encodeFlvHeader } from '../flv/header.js';
import { encodeFlvTags } from '../flv/tag.js';
import type { MediaTag } from '../media/tag.js';
import { isKeyframe, trackId } from '../media/tag-info.js';
import { Completion, handled } from './completion.js';
import { failureAt, makeEmpty, removeIfEmpty, sizeOf } from './foreign-file.js';

export interface PictureOptions {
  /** See `locateFfmpeg`. */
  readonly ffmpegPath: string;
  /** Its extension says of what format it is. */
  readonly path: string;
  /** Replace a file that is there; otherwise it is refused. */
  readonly overwrite: boolean;
}

/** A subscriber that takes the first keyframe of a stream and lets FFmpeg make a picture file of it. Then it is done. */
export class PictureSink implements Sink {
  /** Settles with its size when the file is written: rejects with a `MediaError` when no picture came, with an `FfmpegError` when it failed. */
  readonly finished: Promise<number>;
  readonly #headers = new StreamHeaders();
  #subscription: Subscription | undefined;
  /** A whole FLV of the picture; `undefined`: none came. */
  readonly #picture = new Completion<Uint8Array | undefined>();

  constructor(options: PictureOptions) {
    this.finished = handled(this.#picture.promise.then((flv) => makePicture(flv, options)));
  }

  get subscription(): Subscription | undefined {
    return this.#subscription;
  }

  attach(broadcast: Broadcast, options: SubscribeOptions): void {
    this.#subscription = broadcast.subscribe(this, options);
  }

  write({ tags }: Burst): boolean {
    for (const tag of tags) {
      this.#headers.see(tag);
      if (isKeyframe(tag) && trackId(tag) === 0) {
        this.#picture.resolve(pictureFlv([...this.#headers.inForce, tag]));
        this.#subscription?.close();
        break;
      }
    }
    return true;
  }

  end(): void {
    this.#picture.resolve(undefined);
  }

  cutOff(): void {
    this.#picture.resolve(undefined);
  }
}

/** A whole FLV of one picture. */
function pictureFlv(tags: readonly MediaTag[]): Uint8Array {
  const video = tags.filter(({ kind }) => kind === 'video').map((tag) => ({ ...tag, timestampMs: 0 }));
  return Buffer.concat([encodeFlvHeader({ hasAudio: false, hasVideo: true }), encodeFlvTags(video)]);
}

async function makePicture(flv: Uint8Array | undefined, options: PictureOptions): Promise<number> {
  const { ffmpegPath, path, overwrite } = options;
  if (flv === undefined) {
    throw new MediaError('ERR_MEDIA_EMPTY', `${path}: no picture came to be written`, {
      stage: 'stream',
      advice: 'the stream has no video, or ended before its first keyframe',
    });
  }
  await makeEmpty(path, overwrite);
  try {
    return await convert(flv, ffmpegPath, path);
  } catch (error) {
    await removeIfEmpty(path);
    throw failureAt(path, error);
  }
}

/** FFmpeg is content when it has decoded nothing; we are not. */
async function convert(flv: Uint8Array, ffmpegPath: string, path: string): Promise<number> {
  const ffmpeg = await FfmpegProcess.start({
    path: ffmpegPath,
    args: pictureArguments(path),
    stdin: 'pipe',
    stdout: 'ignore',
  });
  ffmpeg.stdin?.end(flv);
  await ffmpeg.finished;
  const sizeBytes = await sizeOf(path);
  if (sizeBytes === 0) {
    throw new FfmpegError('ERR_FFMPEG_FAILED', 'FFmpeg made no picture of the keyframe', {
      stage: 'ffmpeg',
      peerWords: ffmpeg.lastErrors.join('; '),
    });
  }
  return sizeBytes;
}
