import { ByteWriter } from '../bytes/writer.js';
import { boxStart, fullBoxStart, u64 } from './box.js';
import { SAMPLE_IS_KEYFRAME, SAMPLE_IS_OTHER_FRAME } from './sample-flags.js';
import type { TableSample } from './sample-table.js';

const DEFAULT_BASE_IS_MOOF = 0x020000;
const TRUN_DATA_OFFSET = 0x000001;
const TRUN_DURATION = 0x000100;
const TRUN_SIZE = 0x000200;
const TRUN_FLAGS = 0x000400;
const TRUN_COMPOSITION = 0x000800;
const AUDIO_RUN_FLAGS = TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE;
const VIDEO_RUN_FLAGS = AUDIO_RUN_FLAGS | TRUN_FLAGS | TRUN_COMPOSITION;

const BOX_HEADER_SIZE_BYTES = 8;
const MFHD_SIZE_BYTES = 16;
const TFHD_SIZE_BYTES = 16;
const TFDT_SIZE_BYTES = 20;
/** Without its rows. */
const TRUN_SIZE_BYTES = 20;
const VIDEO_ROW_SIZE_BYTES = 16;
const AUDIO_ROW_SIZE_BYTES = 8;

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

/**
 * The boxes in front of the data of a fragment: `moof`, and the header of `mdat` (ISO/IEC 14496-12 8.8). There are one or more
 * of them for every second of a recording, so they are written in one go, all sizes being known.
 */
export function fragmentHead(sequenceNumber: number, runs: readonly TrackRun[]): Uint8Array {
  const moofSizeBytes = runs.reduce(
    (sum, run) => sum + trackFragmentSizeBytes(run),
    BOX_HEADER_SIZE_BYTES + MFHD_SIZE_BYTES,
  );
  const w = new ByteWriter(moofSizeBytes + BOX_HEADER_SIZE_BYTES);
  boxStart(w, 'moof', moofSizeBytes);
  fullBoxStart(w, 'mfhd', MFHD_SIZE_BYTES, 0, 0).u32(sequenceNumber);
  const dataStart = moofSizeBytes + BOX_HEADER_SIZE_BYTES;
  let dataSizeBytes = 0;
  for (const run of runs) {
    writeTrackFragment(w, run, dataStart + dataSizeBytes);
    dataSizeBytes += run.dataSizeBytes;
  }
  return boxStart(w, 'mdat', BOX_HEADER_SIZE_BYTES + dataSizeBytes).toBytes();
}

function trackFragmentSizeBytes(run: TrackRun): number {
  return BOX_HEADER_SIZE_BYTES + TFHD_SIZE_BYTES + TFDT_SIZE_BYTES + runSizeBytes(run);
}

function runSizeBytes({ kind, samples }: TrackRun): number {
  return TRUN_SIZE_BYTES + samples.length * (kind === 'video' ? VIDEO_ROW_SIZE_BYTES : AUDIO_ROW_SIZE_BYTES);
}

/** @param dataOffset of the run's data, from the first byte of `moof` on */
function writeTrackFragment(w: ByteWriter, run: TrackRun, dataOffset: number): void {
  const isVideo = run.kind === 'video';
  boxStart(w, 'traf', trackFragmentSizeBytes(run));
  fullBoxStart(w, 'tfhd', TFHD_SIZE_BYTES, 0, DEFAULT_BASE_IS_MOOF).u32(run.trackNumber);
  u64(fullBoxStart(w, 'tfdt', TFDT_SIZE_BYTES, 1, 0), run.samples[0]?.dtsTicks ?? 0);
  fullBoxStart(w, 'trun', runSizeBytes(run), 0, isVideo ? VIDEO_RUN_FLAGS : AUDIO_RUN_FLAGS);
  w.u32(run.samples.length).u32(dataOffset);
  run.samples.forEach((sample, i) => {
    const next = run.samples[i + 1];
    w.u32(next === undefined ? run.lastDurationTicks : next.dtsTicks - sample.dtsTicks).u32(sample.sizeBytes);
    if (!isVideo) return;
    w.u32(sample.isKeyframe ? SAMPLE_IS_KEYFRAME : SAMPLE_IS_OTHER_FRAME);
    w.u32(Math.max(0, sample.compositionTicks + run.compositionShiftTicks));
  });
}
