import {
  type AudioDescription,
  describeAudio,
  describeVideo,
  type VideoDescription,
} from '../media/stream-description.js';
import type { MediaTag } from '../media/tag.js';
import { isSequenceHeader } from '../media/tag-info.js';

/**
 * What players may stumble over when one stream follows on another, in words such as `video h264 1280x720 instead of
 * hevc 1920x1080`. Where one of them has no such header nothing can be said.
 *
 * @param one headers in force, see `StreamHeaders`
 */
export function codecDifferences(one: readonly MediaTag[], other: readonly MediaTag[]): string[] {
  const differences: string[] = [];
  for (const [kind, words] of [
    ['video', videoWords],
    ['audio', audioWords],
  ] as const) {
    const [first, second] = [wordsOf(one, kind, words), wordsOf(other, kind, words)];
    if (first !== undefined && second !== undefined && first !== second) {
      differences.push(`${kind} ${first} instead of ${second}`);
    }
  }
  return differences;
}

function wordsOf(
  headers: readonly MediaTag[],
  kind: MediaTag['kind'],
  words: (tag: MediaTag) => string | undefined,
): string | undefined {
  const header = headers.find((tag) => tag.kind === kind && isSequenceHeader(tag));
  return header === undefined ? undefined : words(header);
}

function videoWords(tag: MediaTag): string | undefined {
  const description: VideoDescription | undefined = describeVideo(tag);
  if (description === undefined) return undefined;
  const { codec, width, height } = description;
  return width === undefined || height === undefined ? codec : `${codec} ${width}x${height}`;
}

function audioWords(tag: MediaTag): string | undefined {
  const description: AudioDescription | undefined = describeAudio(tag);
  if (description === undefined) return undefined;
  const { codec, sampleRate, channels } = description;
  const rate = sampleRate === undefined ? '' : ` ${sampleRate} Hz`;
  return `${codec}${rate}${channels === undefined ? '' : ` ${channels} ch`}`;
}
