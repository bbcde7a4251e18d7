import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import type { OutputFile } from '../../src/endpoint/output-file.js';
import { ServerDesk } from './server-desk.js';
import { videoTags } from './video.js';

const root = mkdtempSync(join(tmpdir(), 'rtmpkit-slow-disk-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A disk that takes no byte before it is told to go on. */
class StandingDisk {
  goOn: () => void = () => {};
  readonly #isGoing = new Promise<void>((resolve) => {
    this.goOn = resolve;
  });

  readonly createFile = async (path: string): Promise<OutputFile> => {
    const file = await open(path, 'wx');
    return {
      writev: async (buffers, position) => {
        await this.#isGoing;
        return file.writev(buffers, position);
      },
      truncate: (sizeBytes) => file.truncate(sizeBytes),
      close: () => file.close(),
    };
  };
}

const disk = new StandingDisk();
let desk: ServerDesk;
afterEach(async () => {
  disk.goOn();
  await desk.close();
});

/** Far more than waits for the disk and is held for players together. */
const FILM = videoTags({ count: 1250, framesPerGop: 25, sizeBytes: 16_000 });
const FILM_BYTES = 1250 * 16_000;

it('a publisher who is faster than real time waits for the disk: nothing is missing from the recording', async () => {
  desk = await ServerDesk.open({
    recordDirectory: mkdtempSync(join(root, 'desk-')),
    createFile: disk.createFile,
  });
  const publisher = await desk.publish('film', FILM);
  publisher.leave();
  await expect.poll(() => desk.server.stats.bytesReceived, { timeout: 10_000 }).toBeGreaterThan(1_000_000);
  for (let turn = 0; turn < 1000; turn += 1) {
    await new Promise(setImmediate);
  }
  expect(desk.server.stats.bytesReceived).toBeLessThan(FILM_BYTES / 2);
  disk.goOn();
  const recorded = await desk.event('ended', ({ role }) => role === 'recorder');
  expect(recorded).toMatchObject({ videoTags: FILM.length, droppedFrames: 0 });
});
