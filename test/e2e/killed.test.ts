import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { type CliRun, CliRuns } from '../support/cli.js';
import { differenceIn, readFlvFile, withoutMetadata } from '../support/flv-file.js';
import { readMediaFile } from '../support/media-file.js';
import { Publication } from '../support/publication.js';
import { framesOf } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';

/** What may be lost of a recording whose writer is killed. */
const LOST_AT_MOST_MS = 1_000;

const runs = new CliRuns();
afterAll(() => runs.stopAll());

const SENT = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 6_000, frameBytes: 4_000 });

/** How much of the stream has gone by when it says so for the second time. */
async function secondPosition(run: CliRun): Promise<number> {
  const stats = await run.until('second stats event', () => run.events.filter(({ event }) => event === 'stats')[1]);
  return Number(stats['positionMs']);
}

function lastTimestamp(tags: readonly MediaTag[]): number {
  return Math.max(...tags.map(({ timestampMs }) => timestampMs));
}

/** The file plays, has all but the last second, and is completed by a repair. */
async function expectRecoverable(killedPath: string, positionMs: number): Promise<void> {
  const killed = await readFlvFile(killedPath);
  const media = withoutMetadata(killed.tags);
  expect(differenceIn(media, withoutMetadata(SENT).slice(0, media.length))).toBeUndefined();
  expect(lastTimestamp(media)).toBeGreaterThanOrEqual(positionMs - LOST_AT_MOST_MS);
  expect(killed.damages.filter(({ why }) => why !== 'ends inside a tag')).toEqual([]);
  expect(Object.fromEntries(killed.metadata)).toMatchObject({ duration: 0, width: 64 });
  expect(killed.metadata.has('keyframes')).toBe(false);

  const fixedPath = `${killedPath}.fixed.flv`;
  const repair = runs.start(['pull', killedPath, fixedPath]);
  expect(await repair.exit()).toBe(0);
  const fixed = await readFlvFile(fixedPath);
  expect(differenceIn(fixed.tags, media)).toBeUndefined();
  expect(fixed.damages).toEqual([]);
  expect(fixed.metadata.get('duration')).toBeCloseTo(lastTimestamp(media) / 1_000, 0);
  expect(fixed.metadata.get('keyframes')).toBeDefined();
}

describe.concurrent('killed in the middle of a recording', () => {
  it('leaves a file of pull that lacks no more than the last second', async () => {
    const { url } = await runs.serve();
    const publication = await Publication.begin(runs, `${url}/live/name`, SENT);
    const path = runs.file('pulled.flv');
    const pull = runs.start(['pull', '--json', `${url}/live/name`, path]);
    await pull.event('started');
    publication.finish();
    const positionMs = await secondPosition(pull);
    pull.kill('SIGKILL');
    expect(await pull.exit()).toBe(137);

    await expectRecoverable(path, positionMs);
  });

  it.each(['mp4', 'mkv'])('leaves a .%s of pull that lacks no more than the last second', async (extension) => {
    const { url } = await runs.serve();
    const publication = await Publication.begin(runs, `${url}/live/name`, SENT);
    const path = runs.file(`pulled.${extension}`);
    const pull = runs.start(['pull', '--json', `${url}/live/name`, path]);
    await pull.event('started');
    publication.finish();
    const positionMs = await secondPosition(pull);
    pull.kill('SIGKILL');
    expect(await pull.exit()).toBe(137);

    const { tracks } = await readMediaFile(await readFile(path));
    expect(tracks.map(({ kind }) => kind).sort()).toEqual(['audio', 'video']);
    for (const { kind, frames } of tracks) {
      const sent = framesOf(kind === 'video' ? 'video' : 'audio', SENT);
      expect(frames.at(-1)!.ptsMs).toBeGreaterThanOrEqual(positionMs - LOST_AT_MOST_MS);
      frames.forEach(({ data }, i) => {
        expect(Buffer.from(sent[i]!.body).subarray(-data.length).equals(data)).toBe(true);
      });
    }
  });

  it('leaves a file of a recording server that lacks no more than the last second', async () => {
    const server = await runs.serve('--show-keys', '--record', runs.file('recordings'));
    const publication = await Publication.begin(runs, `${server.url}/live/name`, SENT);
    const recorder = await server.run.event('started', ({ role }) => role === 'recorder');
    publication.finish();
    const positionMs = await secondPosition(publication.push);
    server.run.kill('SIGKILL');
    expect(await server.run.exit()).toBe(137);
    expect(await publication.push.exit()).toBe(3);

    await expectRecoverable(String(recorder['output']), positionMs);
  });
});
