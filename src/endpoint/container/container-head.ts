import type { ForeignTrack } from './container-reader.js';
import { readAt } from './file-pieces.js';
import { readMatroskaHead } from './matroska-head.js';
import { foreignStream, readListedStreams } from './mpeg-ts-program.js';
import type { OpenedFile } from './opened-file.js';

/** What a container says of itself that the library does not tell. */
export interface ContainerHead {
  /** Where the file should end; `undefined`: no telling. */
  readonly endByte: number | undefined;
  /** By track: how much later than it is presented each packet says it is. */
  readonly codecDelaysMs: ReadonlyMap<number, number>;
  /** Audio and video that the library passes over. */
  readonly foreignTracks: readonly ForeignTrack[];
}

const NOTHING_TOLD: ContainerHead = { endByte: undefined, codecDelaysMs: new Map(), foreignTracks: [] };

/** The list of a transport stream's programs comes again and again, some times a second. */
const MPEG_TS_HEAD_SIZE_BYTES = 1024 * 1024;
/** The tracks of a Matroska file stand within so much. */
const MATROSKA_HEAD_SIZE_BYTES = 256 * 1024;

export async function readContainerHead(file: OpenedFile): Promise<ContainerHead> {
  switch (file.kind) {
    case 'matroska':
      return { ...NOTHING_TOLD, ...readMatroskaHead(await readAt(file.handle, 0, MATROSKA_HEAD_SIZE_BYTES)) };
    case 'mpeg-ts': {
      const streams = readListedStreams(await readAt(file.handle, 0, MPEG_TS_HEAD_SIZE_BYTES));
      return { ...NOTHING_TOLD, foreignTracks: streams.flatMap((stream) => foreignStream(stream) ?? []) };
    }
    case 'mp4':
    case 'mpeg-audio':
    case 'ogg':
    case 'flac':
      return NOTHING_TOLD;
  }
}
