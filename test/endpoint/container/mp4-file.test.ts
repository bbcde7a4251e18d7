import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContainerFileSource } from '../../../src/endpoint/container/container-file-source.js';
import type { WarningEvent } from '../../../src/events.js';
import { parseAudioTag } from '../../../src/media/audio-tag.js';
import { tagPayload } from '../../../src/media/enhanced-header.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { AC3_ENTRY, box, FILE_TYPE, MOVIE_HEADER, sizes, table, track, u32 } from '../../mp4/read/layout.js';
import { concat } from '../../support/flv-builder.js';
import { TestDirectory } from '../flv-test-files.js';

let directory: TestDirectory;
let warnings: WarningEvent[];
beforeEach(() => {
  directory = new TestDirectory();
  warnings = [];
});
afterEach(() => {
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

async function open(bytes: Uint8Array, startMs = 0): Promise<ContainerFileSource> {
  const path = directory.file('film', bytes);
  return ContainerFileSource.open(path, { startMs, warn: (event) => warnings.push(event) });
}

/** Time and first byte of each frame. */
async function framesOf(source: ContainerFileSource): Promise<string[]> {
  const tags: MediaTag[] = [];
  for await (const some of source) tags.push(...some);
  return tags.flatMap((tag) => {
    if (tag.kind !== 'audio') return [];
    const header = parseAudioTag(tag.body);
    return header.packetType === 'frames' ? [`${tag.timestampMs}:${tagPayload(tag.body, header)[0]}`] : [];
  });
}

const framesIn = async (bytes: Uint8Array, startMs = 0): Promise<string[]> => framesOf(await open(bytes, startMs));

/** Where the content of the first box behind the file type begins. */
const DATA_AT = FILE_TYPE.length + 8;

/** Ten frames of ten bytes, each of its own number, at 100 ms each. */
const DATA = Uint8Array.from({ length: 100 }, (_, i) => Math.floor(i / 10));
const TABLES = [
  table('stts', [10, 100]),
  table('stsc', [1, 10, 1]),
  table('stco', [DATA_AT]),
  box('stsz', u32(0, 10, 10)),
];
const MOOV = box('moov', MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: TABLES }));
const FILM = concat(FILE_TYPE, box('mdat', DATA), MOOV);
const ALL = Array.from({ length: 10 }, (_, i) => `${i * 100}:${i}`);

/** A film with these tables instead of those of the same type. */
const filmWith = (...tables: readonly Uint8Array[]): Uint8Array =>
  concat(
    FILE_TYPE,
    box('mdat', DATA),
    box('moov', MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: [...tables, ...TABLES] })),
  );

const damaged = expect.objectContaining({ code: 'ERR_MEDIA_DAMAGED' });

describe('an MP4', () => {
  it('has its index behind or in front', async () => {
    const source = await open(FILM);
    expect(await framesOf(source)).toEqual(ALL);
    expect(source.durationMs).toBe(1_000);
    expect(warnings).toEqual([]);
  });

  it('may have boxes between its boxes, and its data as the last box without a size', async () => {
    const front = concat(FILE_TYPE, box('free', '00'));
    const moovSize = MOOV.length;
    const at = front.length + moovSize + 8;
    const tables = [table('stco', [at]), ...TABLES];
    const moov = box('moov', MOVIE_HEADER, track({ entry: AC3_ENTRY, tables }));
    const grown = moov.length - moovSize;
    const placed = box(
      'moov',
      MOVIE_HEADER,
      track({ entry: AC3_ENTRY, tables: [table('stco', [at + grown]), ...TABLES] }),
    );
    const film = concat(front, placed, u32(0), Buffer.from('mdat'), DATA);
    expect(await framesIn(film)).toEqual(ALL);
    // Where it should end is not known, so there is nothing to warn of.
    expect((await framesIn(film.subarray(0, film.length - 15))).length).toBe(8);
    expect(warnings).toEqual([]);
  });

  it('begins where it should', async () => {
    const source = await open(FILM, 350);
    expect(source.startMs).toBe(350);
    expect(await framesOf(source)).toEqual(ALL.slice(0, 7).map((_, i) => `${i * 100}:${i + 3}`));
  });

  it('leaves samples of no size out', async () => {
    expect(await framesIn(filmWith(sizes(10, 0, 20, 0, 0, 10)))).toEqual(['0:0', '200:1', '500:3']);
    await expect(open(filmWith(sizes(0, 0)))).rejects.toMatchObject({ code: 'ERR_MEDIA_EMPTY' });
  });

  it('is cut off where it ends, which is told', async () => {
    const front = concat(FILE_TYPE, MOOV);
    const at = front.length + 8;
    const moov = box('moov', MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: [table('stco', [0]), ...TABLES] }));
    const grown = moov.length - MOOV.length;
    const whole = concat(
      FILE_TYPE,
      box('moov', MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: [table('stco', [at + grown]), ...TABLES] })),
      box('mdat', DATA),
    );
    expect(await framesIn(whole)).toEqual(ALL);
    expect(await framesIn(whole.subarray(0, whole.length - 35))).toEqual(ALL.slice(0, 6));
    expect(warnings).toMatchObject([
      { code: 'WARN_DAMAGED_INPUT', message: expect.stringMatching(/last 35 bytes are missing/) },
    ]);
  });

  it('that is whole but has frames outside of it is damaged, behind what can be read', async () => {
    const chunks = concat(table('stsc', [1, 5, 1]), table('stco', [DATA_AT], [1_000_000]));
    const source = await open(filmWith(chunks));
    const frames: MediaTag[] = [];
    const reading = (async () => {
      for await (const tags of source) frames.push(...tags);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'ERR_MEDIA_DAMAGED',
      message: expect.stringContaining('outside'),
    });
    expect(frames.filter(({ kind }) => kind === 'audio').length).toBe(6); // with the sequence header
  });

  it('without an index says so', async () => {
    await expect(open(concat(FILE_TYPE, box('mdat', DATA)))).rejects.toMatchObject({
      code: 'ERR_MEDIA_DAMAGED',
      message: expect.stringContaining('no index'),
      advice: expect.stringContaining('not finished'),
    });
    await expect(open(concat(FILE_TYPE, u32(3)))).rejects.toMatchObject({
      message: expect.stringContaining('no index'),
    });
    await expect(open(FILM.subarray(0, FILM.length - 9))).rejects.toMatchObject({
      message: expect.stringMatching(/its last 9 bytes are missing, and its index with them$/),
    });
  });

  it('is not kept from being sent by a second track that is damaged', async () => {
    const other = track({ id: 2, entry: AC3_ENTRY, tables: [box('stts', u32(0, 99))] });
    const film = concat(
      FILE_TYPE,
      box('mdat', DATA),
      box('moov', MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: TABLES }), other),
    );
    expect(await framesIn(film)).toEqual(ALL);
    expect(warnings).toMatchObject([{ code: 'WARN_TRACKS_LEFT_OUT' }]);
  });

  it('must not have all of its frames share the same bytes', async () => {
    const places = Array.from({ length: 20_000 }, () => [0]);
    const film = filmWith(box('stsz', u32(0, 90, 20_000)), table('stsc', [1, 1, 1]), table('stco', ...places));
    await expect(framesIn(film)).rejects.toEqual(damaged);
  });

  it.each<[string, ...Uint8Array[]]>([
    ['samples of one byte without end', box('stsz', u32(0, 1, 0xffffffff))],
    ['a long run of chunks', table('stsc', [1, 0xffffffff, 1])],
    ['endless empty chunks', table('stsc', [1, 0, 1])],
    ['times beyond all measure', table('stts', [0xffffffff, 0xffffffff]), table('ctts', [0xffffffff, 0x80000000])],
  ])('that claims much ends soon: %s', async (_, ...tables) => {
    const reading = framesIn(filmWith(...tables)).then(
      (frames) => frames.length,
      () => 0,
    );
    expect(await reading).toBeLessThan(200);
  });
});

/** tfhd with its data from its own start, tfdt, and a run with a size for each sample. */
function fragment(decodeMs: number | undefined, numbers: readonly number[]): Uint8Array {
  const moofOf = (dataAt: number) =>
    box(
      'moof',
      box('mfhd', u32(0, 1)),
      box(
        'traf',
        box('tfhd', u32(0x020008, 1, 100)),
        ...(decodeMs === undefined ? [] : [box('tfdt', u32(0, decodeMs))]),
        box('trun', u32(0x201, numbers.length, dataAt, ...numbers.map(() => 4))),
      ),
    );
  const moof = moofOf(moofOf(0).length + 8);
  return concat(moof, box('mdat', ...numbers.map((number) => new Uint8Array(4).fill(number))));
}

const NO_TABLES = [table('stts'), table('stsc'), table('stco'), sizes()];
const EXTENDS = box('mvex', box('trex', u32(0, 1, 1, 0, 0, 0)));
const START = concat(FILE_TYPE, box('moov', MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: NO_TABLES }), EXTENDS));

describe('an MP4 of fragments', () => {
  const film = concat(START, fragment(0, [1, 2]), box('free', '00'), fragment(200, [3]), fragment(undefined, [4, 5]));

  it('is read fragment by fragment', async () => {
    const source = await open(film);
    expect(await framesOf(source)).toEqual(['0:1', '100:2', '200:3', '300:4', '400:5']);
    expect(source.durationMs).toBe(500);
  });

  it.each([
    [150, 150, ['0:2', '100:3', '200:4', '300:5']],
    [200, 200, ['0:3', '100:4', '200:5']],
    [450, 450, ['0:5']],
  ])('begins at %d ms', async (startMs, begun, frames) => {
    const source = await open(film, startMs);
    expect(source.startMs).toBe(begun);
    expect(await framesOf(source)).toEqual(frames);
  });

  it('may have samples in its index, too', async () => {
    const index = box('moov', MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: TABLES }), EXTENDS);
    const mixed = concat(FILE_TYPE, box('mdat', DATA), index, fragment(1_000, [21]), fragment(undefined, [22]));
    const source = await open(mixed);
    expect(await framesOf(source)).toEqual([...ALL, '1000:21', '1100:22']);
    expect(source.durationMs).toBe(1_200);
    expect((await framesIn(mixed, 900))[0]).toBe('0:9');
    expect(await framesIn(mixed, 1_150)).toEqual(['0:22']);
  });

  it('that is cut off ends with its last whole frame', async () => {
    for (let missing = 1; missing < 40; missing++) {
      const frames = await framesIn(film.subarray(0, film.length - missing));
      expect(frames).toEqual(['0:1', '100:2', '200:3', '300:4'].slice(0, missing <= 4 ? 4 : 3));
    }
  });

  it('without a fragment is empty', async () => {
    await expect(open(START)).rejects.toMatchObject({ code: 'ERR_MEDIA_EMPTY' });
  });

  it('may have nothing but empty fragments, and very many boxes', async () => {
    const empty = Array.from({ length: 2_000 }, () => concat(fragment(0, []), box('free')));
    expect(await framesIn(concat(START, ...empty, fragment(700, [9])))).toEqual(['0:9']);
  });

  it('is damaged where a fragment is', async () => {
    const broken = concat(START, fragment(0, [1]), box('moof', box('traf', box('tfhd', '00'))));
    await expect(framesIn(broken)).rejects.toEqual(damaged);
  });
});
