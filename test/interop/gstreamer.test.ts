import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPeer, isThere, type Peer } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { recordingOf, Scene, type SceneServer, startOf } from '../support/scene.js';

const INSPECT = 'gst-inspect-1.0';

const hasRtmp2 =
  hasPeer('gst-launch-1.0') &&
  isThere("GStreamer's rtmp2 plugin", () => execFileSync(INSPECT, ['rtmp2sink'], { stdio: 'ignore' }));

/** rtmp2src throws its newest message away when the end of the stream comes before the pipeline has taken it. */
const LOSES_LAST = { mayMissAtEnd: 1 };
/** h264parse writes the configuration record anew. */
const REMAKES_HEADERS = { remakesHeaders: true };

describe.skipIf(!hasRtmp2 || !hasPeer('ffmpeg'))('GStreamer and our server', () => {
  let scene: Scene;
  let server: SceneServer;

  beforeAll(async () => {
    scene = await Scene.open();
    server = await scene.serve('--record', scene.file('recordings'));
  });
  afterAll(() => scene.close());

  const launch = (...pipeline: string[]): Peer =>
    scene.peer('gst-launch-1.0', ['--quiet', ...pipeline.join(' ').split(' ')]);

  it.concurrent('plays with rtmp2src and ends with the stream', async () => {
    const clip = await scene.clip('played.flv', { seconds: 5, video: 'h264', audio: 'aac' });
    const stream = 'live/played';
    const push = await scene.push(clip, `${server.url}/${stream}`);
    const output = scene.file('by-gstreamer.flv');
    const gstreamer = launch(`rtmp2src location=${server.url}/${stream}`, '!', `filesink location=${output}`);
    await startOf(server, 'player', stream);

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await gstreamer.exit(), gstreamer.output).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(output)];
    expectTail('video', sent, received, LOSES_LAST);
    expectTail('audio', sent, received, LOSES_LAST);
  });

  it.concurrent('decodes what rtmp2src plays', async () => {
    const clip = await scene.clip('decoded.flv', { seconds: 5, video: 'h264', audio: 'aac' });
    const stream = 'live/decoded';
    const push = await scene.push(clip, `${server.url}/${stream}`);
    const gstreamer = launch(
      `rtmp2src location=${server.url}/${stream} ! flvdemux name=demux`,
      'demux.video ! queue ! h264parse ! fakesink sync=false',
      'demux.audio ! queue ! aacparse ! fakesink sync=false',
    );

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await gstreamer.exit(), gstreamer.output).toBe(0);
  });

  it.concurrent('publishes with rtmp2sink, metadata many times and all', async () => {
    // flvmux counts from the first picture that is shown, and cuts what is decoded before it to 0: B-frames would move.
    const clip = await scene.clip('published.flv', { seconds: 5, video: 'h264', audio: 'aac', bFrames: false });
    const stream = 'live/published';
    const gstreamer = launch(
      `filesrc location=${clip} ! flvdemux name=demux`,
      `flvmux name=mux streamable=true ! rtmp2sink location=${server.url}/${stream} sync=true`,
      'demux.video ! queue ! h264parse ! mux.video',
      'demux.audio ! queue ! aacparse ! mux.audio',
    );
    await startOf(server, 'publisher', stream);
    const pulled = scene.file('pulled.flv');
    const pull = await scene.pull(`${server.url}/${stream}`, pulled);

    expect(await gstreamer.exit(), gstreamer.output).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(0);

    const sent = await readTags(clip);
    const recorded = await readTags(await recordingOf(server, 'published'));
    const video = expectTail('video', sent, recorded, REMAKES_HEADERS);
    const audio = expectTail('audio', sent, recorded);
    expect([video, audio]).toMatchObject([{ missedAtStart: 0 }, { missedAtStart: 0 }]);
    expect(video.shiftMs).toEqual(audio.shiftMs);
    expectTail('video', sent, await readTags(pulled), REMAKES_HEADERS);
  });

  it.concurrent('learns that a stream does not exist', async () => {
    const gstreamer = launch(`rtmp2src location=${server.url}/live/nobody`, '!', 'fakesink');

    expect(await gstreamer.exit()).not.toBe(0);
    expect(gstreamer.output).toContain('NetStream.Play.StreamNotFound');
  });

  it.concurrent('learns that a name is busy, and the first publisher goes on', async () => {
    const clip = await scene.clip('busy.flv', { seconds: 6, video: 'h264' });
    const stream = 'live/busy';
    const push = await scene.push(clip, `${server.url}/${stream}`);
    const gstreamer = launch(
      `filesrc location=${clip} ! flvdemux name=demux`,
      `flvmux name=mux streamable=true ! rtmp2sink location=${server.url}/${stream} sync=true`,
      'demux.video ! queue ! h264parse ! mux.video',
    );

    expect(await gstreamer.exit()).not.toBe(0);
    expect(gstreamer.output).toContain('NetStream.Publish.BadName');
    expect(await push.exit(), push.stderr).toBe(0);
  });
});
