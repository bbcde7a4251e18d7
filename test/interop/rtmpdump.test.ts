import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPeer, type Peer } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { Scene, type SceneServer, startOf } from '../support/scene.js';

describe.skipIf(!hasPeer('rtmpdump') || !hasPeer('ffmpeg'))('rtmpdump and our server', () => {
  let scene: Scene;
  let server: SceneServer;

  beforeAll(async () => {
    scene = await Scene.open();
    server = await scene.serve();
  });
  afterAll(() => scene.close());

  const dump = (stream: string, output: string, ...args: string[]): Peer =>
    scene.peer('rtmpdump', ['--rtmp', `${server.url}/${stream}`, ...args, '--flv', output]);

  it.concurrent.each([
    { what: 'live', args: ['--live'] },
    { what: 'any stream', args: [] },
    { what: 'a stream it buffers for an hour', args: ['--live', '--buffer', '3600000'] },
  ])('plays $what and ends with it', async ({ what, args }) => {
    const name = what.replaceAll(' ', '-');
    const clip = await scene.clip(`${name}.flv`, { seconds: 5, video: 'h264', audio: 'aac' });
    const stream = `live/${name}`;
    const push = await scene.push(clip, `${server.url}/${stream}`);
    const output = scene.file(`${name}-dumped.flv`);
    const rtmpdump = dump(stream, output, ...args);
    await startOf(server, 'player', stream);

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await rtmpdump.exit(), rtmpdump.output).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(output)];
    expectTail('video', sent, received);
    expectTail('audio', sent, received);
  });

  it.concurrent('learns that a stream does not exist', async () => {
    const rtmpdump = dump('live/nobody', scene.file('nobody.flv'), '--live');

    expect(await rtmpdump.exit()).not.toBe(0);
    expect(rtmpdump.output).toContain('NetStream.Play.StreamNotFound');
  });
});
