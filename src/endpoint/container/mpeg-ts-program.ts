import type { ByteReader } from '../../bytes/reader.js';
import { readIfWhole, readRecord } from '../../codec/record.js';
import type { ForeignTrack } from './container-reader.js';

/** A stream that the program of a transport stream lists (ISO/IEC 13818-1 2.4.4.9). */
export interface ListedStream {
  readonly pid: number;
  readonly streamType: number;
}

const SYNC = 0x47;
const PACKET_SIZE_BYTES = 188;
/** With a time stamp of four bytes ahead. */
const STAMPED_PACKET_SIZE_BYTES = 192;
const PID_PROGRAMS = 0;
const TABLE_PROGRAMS = 0;
const TABLE_STREAMS = 2;
const CHECKSUM_SIZE_BYTES = 4;

/** The streams of the first program, by the start of a file. What does not fit into one packet is left out. */
export function readListedStreams(head: Uint8Array): readonly ListedStream[] {
  const stride = head[0] === SYNC ? PACKET_SIZE_BYTES : STAMPED_PACKET_SIZE_BYTES;
  let programPid: number | undefined;
  for (let at = stride - PACKET_SIZE_BYTES; at + PACKET_SIZE_BYTES <= head.length; at += stride) {
    const section = readIfWhole(() => sectionIn(head.subarray(at, at + PACKET_SIZE_BYTES)));
    if (section === undefined) continue;
    if (section.pid === PID_PROGRAMS && section.tableId === TABLE_PROGRAMS) {
      programPid = readIfWhole(() => firstProgram(section.body)) ?? programPid;
    } else if (section.pid === programPid && section.tableId === TABLE_STREAMS) {
      return streamsIn(section.body);
    }
  }
  return [];
}

interface Section {
  readonly pid: number;
  readonly tableId: number;
  /** Behind the length, without the checksum, as far as it is in the packet. */
  readonly body: Uint8Array;
}

/** The section that begins in a packet. @throws {MediaError} */
function sectionIn(packet: Uint8Array): Section | undefined {
  return readRecord('a packet', packet, (r) => {
    if (r.u8('sync') !== SYNC) return undefined;
    const start = r.u16('pid');
    const hasStart = (start & 0x4000) !== 0;
    const control = (r.u8('control') >> 4) & 3;
    if (!hasStart || (control & 1) === 0) return undefined;
    if ((control & 2) !== 0) r.skip(r.u8('adaptation field'), 'adaptation field');
    r.skip(r.u8('pointer'), 'pointer');
    const tableId = r.u8('table id');
    const sizeBytes = (r.u16('section length') & 0x0fff) - CHECKSUM_SIZE_BYTES;
    const body = r.bytes(Math.max(0, Math.min(sizeBytes, r.remaining)), 'section');
    return { pid: start & 0x1fff, tableId, body };
  });
}

/** Id, version and numbers of the section. */
const SECTION_HEAD_SIZE_BYTES = 5;

function firstProgram(body: Uint8Array): number | undefined {
  return readRecord('the list of programs', body, (r) => {
    r.skip(SECTION_HEAD_SIZE_BYTES, 'head');
    while (!r.atEnd) {
      const number = r.u16('program');
      const pid = r.u16('pid') & 0x1fff;
      if (number !== 0) return pid; // 0 is the network's own
    }
    return undefined;
  });
}

function streamsIn(body: Uint8Array): ListedStream[] {
  const streams: ListedStream[] = [];
  readIfWhole(() =>
    readRecord('a program', body, (r) => {
      r.skip(SECTION_HEAD_SIZE_BYTES + 2, 'head and clock');
      skipDescriptors(r);
      while (!r.atEnd) {
        const streamType = r.u8('stream type');
        streams.push({ streamType, pid: r.u16('pid') & 0x1fff });
        skipDescriptors(r);
      }
    }),
  );
  return streams;
}

function skipDescriptors(r: ByteReader): void {
  r.skip(r.u16('length of descriptors') & 0x0fff, 'descriptors');
}

/** Codecs by stream type (ISO/IEC 13818-1 table 2-34) that the library passes over and RTMP has no form for. */
const UNKNOWN_VIDEO: ReadonlyMap<number, string> = new Map([
  [0x01, 'MPEG-1 video'],
  [0x02, 'MPEG-2 video'],
  [0x10, 'MPEG-4 part 2'],
  [0x21, 'JPEG 2000'],
  [0x33, 'H.266'],
  [0x42, 'AVS'],
  [0xd1, 'Dirac'],
  [0xd2, 'AVS2'],
  [0xd4, 'AVS3'],
  [0xea, 'VC-1'],
]);
const UNKNOWN_AUDIO: ReadonlyMap<number, string> = new Map([
  [0x11, 'AAC in LATM'],
  [0x1c, 'raw MPEG-4 audio'],
  [0x2d, 'MPEG-H'],
  [0x83, 'TrueHD'],
]);

/** What a listed stream is, when it is audio or video that cannot be sent. */
export function foreignStream({ streamType }: ListedStream): ForeignTrack | undefined {
  const video = UNKNOWN_VIDEO.get(streamType);
  if (video !== undefined) return { kind: 'video', codec: undefined, codecName: video, isDefault: false };
  const audio = UNKNOWN_AUDIO.get(streamType);
  return audio === undefined ? undefined : { kind: 'audio', codec: undefined, codecName: audio, isDefault: false };
}
