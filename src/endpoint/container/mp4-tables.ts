import { ByteReader } from '../../bytes/reader.js';
import { MediaError } from '../../errors.js';

/** Boxes whose content is boxes again (ISO/IEC 14496-12). */
const PARENTS: ReadonlySet<string> = new Set(['trak', 'mdia', 'minf', 'stbl', 'edts', 'traf']);

/** Version, flags and the number of entries. */
const TABLE_HEAD_SIZE_BYTES = 8;
const ENTRY_SIZE_BYTES: ReadonlyMap<string, number> = new Map([
  ['stts', 8],
  ['ctts', 8],
  ['stsc', 12],
  ['stco', 4],
  ['co64', 8],
  ['stss', 4],
  ['elst', 12],
]);
/** Tables whose entries stand for so many samples each. */
const RUNS: ReadonlySet<string> = new Set(['stts', 'ctts']);
/** Fields that a fragment's run has for each of its samples, by flag. */
const TRUN_SAMPLE_FLAGS = [0x100, 0x200, 0x400, 0x800] as const;
const TRUN_OFFSET_FLAG = 0x1;
const TRUN_FIRST_FLAGS_FLAG = 0x4;

/**
 * Looks through the tables of an index (`moov`) or a fragment (`moof`): whoever reads them goes by their counts, so a number that
 * is damaged would keep him busy for ever.
 *
 * @param boxes the content of the box
 * @param maxSamples more than the whole file can have
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function checkMp4Tables(boxes: Uint8Array, maxSamples: number): void {
  const r = new ByteReader(boxes, MediaError);
  while (r.remaining >= 8) {
    const sizeBytes = r.u32('size of box') - 8;
    const type = r.utf8(4, 'type of box');
    if (sizeBytes < 0 || sizeBytes > r.remaining) return; // whoever reads on ends here, too
    const content = r.bytes(sizeBytes, type);
    if (PARENTS.has(type)) checkMp4Tables(content, maxSamples);
    else checkTable(type, content, maxSamples);
  }
}

function checkTable(type: string, content: Uint8Array, maxSamples: number): void {
  const r = new ByteReader(content, MediaError);
  const entrySizeBytes = ENTRY_SIZE_BYTES.get(type);
  if (entrySizeBytes !== undefined) {
    r.skip(4, 'version and flags');
    const count = r.u32('count');
    must(type, count * entrySizeBytes <= content.length - TABLE_HEAD_SIZE_BYTES);
    if (RUNS.has(type)) must(type, samplesInRuns(r, count) <= maxSamples);
    if (type === 'stsc') must(type, mostSamplesInChunk(r, count) <= maxSamples);
  } else if (type === 'stsz') {
    r.skip(4, 'version and flags');
    const isSameForAll = r.u32('sample size') !== 0;
    const count = r.u32('count');
    must(type, isSameForAll ? count <= maxSamples : count * 4 <= r.remaining);
  } else if (type === 'trun') {
    checkRun(r, maxSamples);
  }
}

function samplesInRuns(r: ByteReader, entryCount: number): number {
  let samples = 0;
  for (let i = 0; i < entryCount; i++) {
    samples += r.u32('samples');
    r.skip(4, 'value');
  }
  return samples;
}

function mostSamplesInChunk(r: ByteReader, entryCount: number): number {
  let most = 0;
  for (let i = 0; i < entryCount; i++) {
    r.skip(4, 'first chunk');
    most = Math.max(most, r.u32('samples in chunk'));
    r.skip(4, 'description');
  }
  return most;
}

function checkRun(r: ByteReader, maxSamples: number): void {
  const flags = r.u32('version and flags');
  const count = r.u32('count');
  if ((flags & TRUN_OFFSET_FLAG) !== 0) r.skip(4, 'offset');
  if ((flags & TRUN_FIRST_FLAGS_FLAG) !== 0) r.skip(4, 'flags of the first sample');
  const fields = TRUN_SAMPLE_FLAGS.filter((flag) => (flags & flag) !== 0).length;
  must('trun', count <= maxSamples && count * fields * 4 <= r.remaining);
}

function must(type: string, isPossible: boolean): void {
  if (!isPossible) throw new MediaError('ERR_MEDIA_DAMAGED', `the table ${type} claims to have more than it can have`);
}
