import { box, boxHeader, fields, fullBox, u64 } from './box.js';
import { SAMPLE_IS_KEYFRAME, SAMPLE_IS_OTHER_FRAME } from './sample-flags.js';
import type { TableSample } from './sample-table.js';

const DEFAULT_BASE_IS_MOOF = 0x020000;
const TRUN_DATA_OFFSET = 0x000001;
const TRUN_DURATION = 0x000100;
const TRUN_SIZE = 0x000200;
const TRUN_FLAGS = 0x000400;
const TRUN_COMPOSITION = 0x000800;

const BOX_HEADER_SIZE_BYTES = 8;
/** `moof` with `mfhd`, and `traf` with `tfhd`, `tfdt` and the head of `trun`. */
const MOVIE_FRAGMENT_SIZE_BYTES = 24;
const TRACK_FRAGMENT_SIZE_BYTES = 64;
/** Of a sample in `trun`. */
const VIDEO_ROW_SIZE_BYTES = 16;
const AUDIO_ROW_SIZE_BYTES = 8;
const RUN_HEAD_SIZE_BYTES = 8;

/** The samples of one track in a fragment, with the data that belongs to them. */
export interface TrackRun {
  readonly trackNumber: number;
  /** Video says of each sample whether it is a keyframe and when it is shown; of sound the head says it all. */
  readonly kind: 'audio' | 'video';
  readonly samples: readonly TableSample[];
  /** Of the last sample, whose successor is not there yet. */
  readonly lastDurationTicks: number;
  /** What composition offsets are raised by, so that none is negative; the head's edit list takes it back. */
  readonly compositionShiftTicks: number;
  readonly dataSizeBytes: number;
}

/** The boxes in front of the data of a fragment: `moof`, and the header of `mdat` (ISO/IEC 14496-12 8.8). */
export function fragmentHead(sequenceNumber: number, runs: readonly TrackRun[]): Uint8Array {
  const sizeBytes = runs.reduce((sum, run) => sum + trackFragmentSizeBytes(run), MOVIE_FRAGMENT_SIZE_BYTES);
  let dataSizeBytes = 0;
  const tracks = runs.map((run) => {
    const track = trackFragment(run, sizeBytes + BOX_HEADER_SIZE_BYTES + dataSizeBytes);
    dataSizeBytes += run.dataSizeBytes;
    return track;
  });
  const header = fullBox(
    'mfhd',
    0,
    0,
    fields((w) => w.u32(sequenceNumber)),
  );
  return Buffer.concat([box('moof', header, ...tracks), boxHeader('mdat', dataSizeBytes)]);
}

/** How far the data is away depends on the size of the boxes in front of it. */
function trackFragmentSizeBytes({ kind, samples }: TrackRun): number {
  return TRACK_FRAGMENT_SIZE_BYTES + samples.length * (kind === 'video' ? VIDEO_ROW_SIZE_BYTES : AUDIO_ROW_SIZE_BYTES);
}

function trackFragment(run: TrackRun, dataOffset: number): Uint8Array {
  const header = fullBox(
    'tfhd',
    0,
    DEFAULT_BASE_IS_MOOF,
    fields((w) => w.u32(run.trackNumber)),
  );
  const decodeTime = fullBox(
    'tfdt',
    1,
    0,
    fields((w) => u64(w, run.samples[0]?.dtsTicks ?? 0)),
  );
  return box('traf', header, decodeTime, run.kind === 'video' ? videoRun(run, dataOffset) : audioRun(run, dataOffset));
}

function videoRun({ samples, lastDurationTicks, compositionShiftTicks }: TrackRun, dataOffset: number): Uint8Array {
  const flags = TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_COMPOSITION;
  const content = fields(
    (w) => {
      w.u32(samples.length).u32(dataOffset);
      samples.forEach((sample, i) => {
        w.u32(durationOf(sample, samples[i + 1], lastDurationTicks)).u32(sample.sizeBytes);
        w.u32(sample.isKeyframe ? SAMPLE_IS_KEYFRAME : SAMPLE_IS_OTHER_FRAME);
        w.u32(Math.max(0, sample.compositionTicks + compositionShiftTicks));
      });
    },
    RUN_HEAD_SIZE_BYTES + samples.length * VIDEO_ROW_SIZE_BYTES,
  );
  return fullBox('trun', 0, flags, content);
}

function audioRun({ samples, lastDurationTicks }: TrackRun, dataOffset: number): Uint8Array {
  const content = fields(
    (w) => {
      w.u32(samples.length).u32(dataOffset);
      samples.forEach((sample, i) => {
        w.u32(durationOf(sample, samples[i + 1], lastDurationTicks)).u32(sample.sizeBytes);
      });
    },
    RUN_HEAD_SIZE_BYTES + samples.length * AUDIO_ROW_SIZE_BYTES,
  );
  return fullBox('trun', 0, TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE, content);
}

function durationOf(sample: TableSample, next: TableSample | undefined, lastDurationTicks: number): number {
  return next === undefined ? lastDurationTicks : next.dtsTicks - sample.dtsTicks;
}
