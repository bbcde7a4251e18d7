import type { ForeignTrack } from './container-reader.js';
import { readAt } from './file-pieces.js';
import { checkMp4Tables } from './mp4-tables.js';
import { foreignStream, readListedStreams } from './mpeg-ts-program.js';
import type { OpenedFile } from './opened-file.js';

/** What a container says of itself that the library does not tell. */
export interface ContainerHead {
  /** Where the file should end; `undefined`: no telling. */
  readonly endByte: number | undefined;
  /** Audio and video that the library passes over. */
  readonly foreignTracks: readonly ForeignTrack[];
}

const NOTHING_TOLD: ContainerHead = { endByte: undefined, foreignTracks: [] };

/** The list of a transport stream's programs comes again and again, some times a second. */
const MPEG_TS_HEAD_SIZE_BYTES = 1024 * 1024;

const BOX_HEADER_SIZE_BYTES = 16;
const SMALLEST_BOX_SIZE_BYTES = 8;
/** A size of 1 stands for one of 64 bits behind the type. */
const LONG_SIZE = 1;
const TO_END_OF_FILE = 0;
/** Files of many fragments were written live: they may end anywhere. */
const MAX_LOOKED_AT_BOXES = 64;
/** That of a day has some 100 MB. Reading more would take more memory than there may be. */
const MAX_INDEX_SIZE_BYTES = 256 * 1024 * 1024;

export async function readContainerHead(file: OpenedFile): Promise<ContainerHead> {
  switch (file.kind) {
    case 'mp4':
      return { ...NOTHING_TOLD, endByte: await mp4EndByte(file) };
    case 'mpeg-ts': {
      const streams = readListedStreams(await readAt(file.handle, 0, MPEG_TS_HEAD_SIZE_BYTES));
      return { ...NOTHING_TOLD, foreignTracks: streams.flatMap((stream) => foreignStream(stream) ?? []) };
    }
    case 'matroska':
    case 'mpeg-audio':
    case 'ogg':
    case 'flac':
      return NOTHING_TOLD;
  }
}

/**
 * By the sizes of the outermost boxes (ISO/IEC 14496-12 4.2), whose tables are looked through on the way.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
async function mp4EndByte(file: OpenedFile): Promise<number | undefined> {
  let at = 0;
  for (let count = 0; count < MAX_LOOKED_AT_BOXES; count++) {
    if (at >= file.sizeBytes) return at;
    const header = await readAt(file.handle, at, BOX_HEADER_SIZE_BYTES);
    const sizeBytes = boxSizeBytes(header);
    const type = Buffer.from(header.subarray(4, SMALLEST_BOX_SIZE_BYTES)).toString('latin1');
    if (type === 'moov' || type === 'moof') await checkTables(file, at, sizeBytes ?? file.sizeBytes - at);
    if (sizeBytes === undefined) return undefined;
    at += sizeBytes;
  }
  return undefined;
}

async function checkTables(file: OpenedFile, at: number, sizeBytes: number): Promise<void> {
  if (sizeBytes > MAX_INDEX_SIZE_BYTES) return;
  const box = await readAt(file.handle, at, sizeBytes);
  checkMp4Tables(box.subarray(SMALLEST_BOX_SIZE_BYTES), file.sizeBytes);
}

function boxSizeBytes(header: Uint8Array): number | undefined {
  if (header.length < SMALLEST_BOX_SIZE_BYTES) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const shortSize = view.getUint32(0);
  if (shortSize === TO_END_OF_FILE) return undefined;
  if (shortSize === LONG_SIZE) {
    return header.length < BOX_HEADER_SIZE_BYTES ? undefined : Number(view.getBigUint64(8));
  }
  return shortSize < SMALLEST_BOX_SIZE_BYTES ? undefined : shortSize;
}
