import { ContainerFileWriter } from '../../src/endpoint/container-file-writer.js';
import { containerOf } from '../../src/endpoint/container-recording.js';
import type { FileSummary } from '../../src/endpoint/file-writer.js';
import type { MediaTag } from '../../src/media/tag.js';
import type { TrackNotice } from '../../src/media/track/notice.js';
import { FakeFile } from './fake-file.js';

export const FORMATS = ['mp4', 'matroska', 'webm'] as const;
export type Format = (typeof FORMATS)[number];

/** A writer of a file in memory, and what it has to say. */
export function writerOf(
  format: Format,
  file = new FakeFile(),
): { writer: ContainerFileWriter; file: FakeFile; notices: TrackNotice[] } {
  const notices: TrackNotice[] = [];
  const writer = new ContainerFileWriter(`fake.${format}`, file, containerOf(format), (notice) => notices.push(notice));
  return { writer, file, notices };
}

export interface RecordedFile {
  readonly bytes: Uint8Array;
  readonly summary: FileSummary;
  readonly notices: readonly TrackNotice[];
}

/** The complete file that these tags give. */
export async function recorded(format: Format, tags: readonly MediaTag[]): Promise<RecordedFile> {
  const { writer, file, notices } = writerOf(format);
  for (let at = 0; at < tags.length; at += 50) {
    writer.append(tags.slice(at, at + 50));
    await writer.room();
  }
  writer.end();
  return { summary: await writer.finished, bytes: file.bytes, notices };
}
