import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, hasPeer, listeningUntouched, type Peer } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { Scene } from '../support/scene.js';

const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin'];

describe.skipIf(!hasPeer('ffmpeg'))('push and pull against ffmpeg -listen 1', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  });
  afterAll(() => scene.close());

  /** FFmpeg as a server for the next client: what it takes goes to a file. */
  async function receiver(output: string): Promise<{ ffmpeg: Peer; url: string }> {
    const port = await freePort();
    const url = `rtmp://127.0.0.1:${port}/live/key`;
    const ffmpeg = scene.peer('ffmpeg', [
      ...QUIET,
      '-listen',
      '1',
      '-f',
      'flv',
      '-i',
      url,
      '-c',
      'copy',
      '-f',
      'flv',
      output,
    ]);
    await listeningUntouched(port);
    return { ffmpeg, url };
  }

  /** FFmpeg as a server that gives a file, in real time, to the next client. */
  async function sender(file: string): Promise<{ ffmpeg: Peer; url: string }> {
    const port = await freePort();
    const url = `rtmp://127.0.0.1:${port}/live/key`;
    const ffmpeg = scene.peer('ffmpeg', [...QUIET, '-re', '-i', file, '-c', 'copy', '-f', 'flv', '-listen', '1', url]);
    await listeningUntouched(port);
    return { ffmpeg, url };
  }

  it.concurrent.each([
    { name: 'real time', args: [] },
    { name: 'full speed', args: ['--speed', '0'] },
  ])('takes our push in $name', async ({ name, args }) => {
    const clip = await scene.clip(`${name}.flv`, { seconds: 3, video: 'h264', audio: 'aac' });
    const output = scene.file(`${name} by ffmpeg.flv`);
    const { ffmpeg, url } = await receiver(output);
    const push = await scene.push(clip, url, ...args);

    expect(await push.exit(), push.stderr).toBe(0);
    await ffmpeg.exit(); // FFmpeg calls the end of what it listens to an input error, and its exit status differs by version

    const [sent, received] = [await readTags(clip), await readTags(output)];
    expect(expectTail('video', sent, received)).toMatchObject({ missedAtStart: 0 });
    expect(expectTail('audio', sent, received)).toMatchObject({ missedAtStart: 0 });
  });

  it.concurrent.each([
    { name: 'H.264 and AAC', seconds: 3, video: 'h264', audio: 'aac' },
    { name: 'audio only', seconds: 2, audio: 'mp3' },
  ] as const)('gives $name to our pull, which ends with 0', async (shape) => {
    const clip = await scene.clip(`${shape.name}.flv`, shape);
    const { ffmpeg, url } = await sender(clip);
    const pulled = scene.file(`${shape.name} pulled.flv`);
    const pull = await scene.pull(url, pulled);

    expect(await pull.exit(), pull.stderr).toBe(0);
    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(pulled)];
    if ('video' in shape) {
      expect(expectTail('video', sent, received)).toMatchObject({ missedAtStart: 0 });
    }
    expect(expectTail('audio', sent, received)).toMatchObject({ missedAtStart: 0 });
  });
});
