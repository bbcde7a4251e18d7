import { afterEach, describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import type { AmfValue } from '../../src/amf/value.js';
import type { MediaTag } from '../../src/media/tag.js';
import { ChunkWriter } from '../../src/rtmp/chunk/writer.js';
import { differenceIn } from '../support/flv-file.js';
import { RawClient } from '../support/raw-client.js';
import { type DeskOptions, ServerDesk } from './server-desk.js';
import { videoTags } from './video.js';

let desk: ServerDesk;
afterEach(() => desk.close());

async function open(options?: DeskOptions): Promise<ServerDesk> {
  desk = await ServerDesk.open(options);
  return desk;
}

function statusesOf(client: RawClient): string[] {
  return client.events.flatMap((event) => ('status' in event ? [event.status.code] : []));
}

const TAGS = videoTags({ count: 20, framesPerGop: 10 });

describe('a publisher', () => {
  it('is carried to players, and its end too', async () => {
    await open();
    const publisher = await desk.publish('key');
    const player = await desk.play('key');
    publisher.send(TAGS);
    publisher.leave();
    await player.hears('streamEnded');
    expect(differenceIn(player.tags, TAGS)).toBeUndefined();
    expect(await desk.endOfConnection(1)).toBe('closed by the client');
    const ended = await desk.event('ended', ({ role }) => role === 'publisher');
    expect(ended).toMatchObject({ url: 'live/key', reason: 'closed by the client', videoTags: 20, final: false });
    expect(desk.server.stats).toMatchObject({ publishers: 0, bufferedBytes: 0 });
  });

  it('may publish another name on the same connection', async () => {
    await open();
    const publisher = await desk.publish('first');
    const early = await desk.play('first');
    publisher.session.close();
    publisher.session.publish('second');
    publisher.flush();
    await early.hears('streamEnded');
    await desk.event('started', ({ role, url }) => role === 'publisher' && url === 'live/second');
    const player = await desk.play('second');
    publisher.send(TAGS);
    await player.until('all', () => player.tags.length === TAGS.length);
    expect(desk.server.stats).toMatchObject({ connections: 3, publishers: 1 });
  });

  it('may play on its connection what it publishes', async () => {
    await open();
    const client = await desk.publish('echo');
    client.write(commandOn(0, 'createStream', 9, null));
    client.write(commandOn(2, 'play', 10, null, 'echo'));
    await desk.event('started', ({ role }) => role === 'player');
    client.send(TAGS);
    client.leave();
    const { bytes } = await desk.event('ended', ({ role }) => role === 'player');
    expect(bytes).toBeGreaterThan(0);
    expect(await desk.endOfConnection(1)).toBe('closed by the client');
  });

  it('that is refused is told why, and the first does not notice', async () => {
    await open();
    const first = await desk.publish('busy');
    const second = desk.keep(await RawClient.open(desk.port, 'live', 'publisher'));
    second.session.publish('busy');
    second.flush();
    await second.hears('rejected');
    expect(statusesOf(second)).toContain('NetStream.Publish.BadName');
    expect(await desk.event('warning')).toMatchObject({ code: 'WARN_PUBLISH_REFUSED', connection: 2 });
    const player = await desk.play('busy');
    first.send(TAGS);
    await player.until('all', () => player.tags.length === TAGS.length);
  });

  it('without a name is refused', async () => {
    await open();
    const client = desk.keep(await RawClient.open(desk.port, '', 'publisher'));
    client.session.publish('?secret');
    client.flush();
    await client.hears('rejected');
    expect(statusesOf(client)).toContain('NetStream.Publish.Denied');
  });

  it('may begin a large message only when it publishes', async () => {
    await open();
    const large = new ChunkWriter();
    large.chunkSizeBytes = 0xffffff;
    large.write({ typeId: 9, streamId: 1, timestampMs: 0, csid: 6, payload: new Uint8Array(4_000_000) });
    const message = large.take()!;
    const setChunkSize = Buffer.from('02000000000004010000000000ffffff', 'hex');
    const publisher = await desk.publish('key');
    publisher.write(setChunkSize);
    publisher.write(message.subarray(0, 2_000_000));
    const player = await desk.play('key');
    player.write(setChunkSize);
    player.write(message.subarray(0, 2_000_000));
    expect(await desk.endOfConnection(2)).toMatch(/bytes of messages that are not complete/);
    expect(desk.server.stats.publishers).toBe(1);
  });
});

describe('a player', () => {
  it('that asks for what nobody publishes is told so', async () => {
    await open();
    const client = desk.keep(await RawClient.open(desk.port, 'live', 'player'));
    client.session.play('nothing', { start: { from: 'live' } });
    client.flush();
    await client.hears('rejected');
    expect(statusesOf(client)).toContain('NetStream.Play.StreamNotFound');
    expect(await desk.event('warning')).toMatchObject({ code: 'WARN_PLAY_REFUSED', connection: 1 });
  });

  it('may play the same stream again in place of itself', async () => {
    await open();
    const publisher = await desk.publish('key', TAGS);
    const player = await desk.play('key');
    await player.until('all', () => player.tags.length > 0);
    player.session.play('key', { start: { from: 'live' } });
    player.flush();
    const ended = await desk.event('ended', ({ role }) => role === 'player');
    expect(ended.reason).toBe('closed by the client');
    await desk.event('started', (event) => event.role === 'player' && desk.server.stats.players === 1);
    publisher.leave();
    await player.hears('streamEnded');
    expect(desk.events.filter(({ event }) => event === 'ended').length).toBeGreaterThanOrEqual(3);
  });

  it('hears of the end while it pauses', async () => {
    await open();
    const publisher = await desk.publish('key', TAGS);
    const player = await desk.play('key');
    player.session.pause(true, 0);
    player.flush();
    await player.until('pause', () => statusesOf(player).includes('NetStream.Pause.Notify'));
    const cameBefore = player.tags.length;
    publisher.send(videoTags({ count: 20, firstMs: 1000 }));
    publisher.leave();
    expect(await desk.event('ended', ({ role }) => role === 'player')).toMatchObject({ reason: 'end of stream' });
    expect(player.tags.length).toBe(cameBefore);
    expect(desk.services.registry.bufferedBytes).toBe(0);
  });

  it('goes on after a pause with the newest keyframe', async () => {
    await open();
    const publisher = await desk.publish('key', TAGS);
    const player = await desk.play('key');
    await player.until('all', () => player.tags.length > 0);
    player.session.pause(true, 0);
    player.session.pause(true, 0);
    player.flush();
    await player.until('pause', () => statusesOf(player).includes('NetStream.Pause.Notify'));
    const cameBefore = player.tags.length;
    publisher.send(videoTags({ count: 20, framesPerGop: 10, firstMs: 1000 }));
    const witness = await desk.play('key');
    await witness.until('newest', () => witness.tags.some(({ timestampMs }) => timestampMs === 1760));
    player.session.pause(false, 0);
    player.flush();
    await player.until('newest', () => player.tags.some(({ timestampMs }) => timestampMs === 1760));
    expect(player.tags[cameBefore]).toMatchObject({ timestampMs: 1400 });
    player.leave();
    expect(await desk.event('ended', ({ role }) => role === 'player')).toMatchObject({ droppedFrames: 0 });
  });

  it('goes on where it paused when no keyframe has come since: it never goes back', async () => {
    await open();
    const publisher = await desk.publish('key', TAGS);
    const player = await desk.play('key');
    await player.until('all', () => player.tags.length > 0);
    player.session.pause(true, 0);
    player.flush();
    await player.until('pause', () => statusesOf(player).includes('NetStream.Pause.Notify'));
    const before = player.tags.at(-1)!.timestampMs;
    const more = videoTags({ count: 20, framesPerGop: 100, firstMs: before + 40 }).filter((tag) => isInterFrame(tag));
    publisher.send(more);
    const witness = await desk.play('key');
    await witness.until('newest', () => witness.tags.at(-1)?.timestampMs === more.at(-1)!.timestampMs);
    const cameBefore = player.tags.length;
    player.session.pause(false, 0);
    player.flush();
    await player.until('newest', () => player.tags.at(-1)?.timestampMs === more.at(-1)!.timestampMs);
    expect(player.tags.slice(cameBefore).map(({ timestampMs }) => timestampMs)).toEqual(
      more.map(({ timestampMs }) => timestampMs),
    );
    player.leave();
    expect(await desk.event('ended', ({ role }) => role === 'player')).toMatchObject({ droppedFrames: 0 });
  });

  it('that wants pictures again gets them from the next keyframe on, and was told of their configuration', async () => {
    await open();
    const publisher = await desk.publish('key', [VIDEO_HEADER, ...videoTags({ count: 3 })]);
    const player = await desk.play('key');
    await player.until('picture', () => player.tags.at(-1)?.timestampMs === 80);
    const cameBefore = player.tags.length;
    const wantVideo = async (wanted: boolean): Promise<void> => {
      const pongs = pongsOf(player);
      player.session.receiveVideo(wanted);
      player.session.ping(performance.now());
      player.flush();
      await player.until('pong', () => pongsOf(player) > pongs);
    };
    const sendUpTo = async (audioMs: number, tags: readonly MediaTag[]): Promise<void> => {
      publisher.send([...tags, soundAt(audioMs)]);
      await player.until('sound', () => player.tags.at(-1)?.timestampMs === audioMs);
    };

    await wantVideo(false);
    const changed = { ...VIDEO_HEADER, timestampMs: 120, body: Uint8Array.of(...VIDEO_HEADER.body, 1) };
    await sendUpTo(200, [changed, ...videoTags({ count: 2, firstMs: 120 })]);
    await wantVideo(true);
    await sendUpTo(300, videoTags({ count: 2, firstMs: 200 }).filter(isInterFrame));
    const shown = videoTags({ count: 2, firstMs: 320 });
    await sendUpTo(400, shown);
    expect(player.tags.slice(cameBefore)).toEqual([changed, soundAt(200), soundAt(300), ...shown, soundAt(400)]);
  });

  it('is closed when it takes nothing any more, whatever the stream does', async () => {
    await open({ limits: { cutOffAfterMs: 100 } });
    const publisher = await desk.publish('key');
    const player = await desk.play('key');
    player.stopReading();
    publisher.send(videoTags({ count: 100, sizeBytes: 200_000, framesPerGop: 10 }));
    publisher.leave();
    expect(await desk.endOfConnection(2)).toMatch(/took no media/);
    await expect.poll(() => desk.services.registry.bufferedBytes).toBe(0);
  });
});

describe('a client', () => {
  it('has to connect in time', async () => {
    await open({ limits: { handshakeTimeoutMs: 50 } });
    const client = desk.keep(await RawClient.open(desk.port, 'live', 'player'));
    await client.closed();
    await expect.poll(() => desk.server.stats.connections).toBe(0);
    expect(desk.events).toEqual([]);
  });

  it('has to publish or play in time, and again when it has stopped', async () => {
    await open({ limits: { roleTimeoutMs: 50 } });
    const idle = desk.keep(await RawClient.open(desk.port, 'live', 'player'));
    idle.flush();
    expect(await desk.endOfConnection(1)).toMatch(/neither publish nor play within 0\.05 s/);
    const publisher = await desk.publish('key');
    publisher.session.close();
    publisher.flush();
    expect(await desk.endOfConnection(2)).toMatch(/neither publish nor play/);
  });

  it('that is silent is asked, stays when it answers, and is closed when it does not', async () => {
    await open({ limits: { idleBeforePingMs: 30, pingTimeoutMs: 60 } });
    await desk.publish('key');
    const deaf = await desk.play('key');
    deaf.stopReading();
    expect(await desk.endOfConnection(2)).toMatch(/silent/);
    expect(desk.server.stats).toMatchObject({ connections: 1, publishers: 1 });
  });

  it('that breaks the protocol is closed, and its reason told', async () => {
    await open();
    const publisher = await desk.publish('key');
    publisher.write(Buffer.alloc(100, 0xff));
    expect(await desk.endOfConnection(1)).not.toMatch(/closed by/);
    await publisher.closed();
  });

  it('whose names are too long is refused', async () => {
    await open();
    const client = desk.keep(await RawClient.open(desk.port, 'a'.repeat(5000), 'player'));
    client.flush();
    await client.hears('rejected');
    await client.closed();
    const other = desk.keep(await RawClient.open(desk.port, 'live', 'player'));
    other.session.play('n'.repeat(5000), { start: { from: 'live' } });
    other.flush();
    expect(await desk.endOfConnection(2)).toMatch(/more than 4096 characters/);
  });

  it('that vanishes leaves its stream for a while', async () => {
    await open({ graceMs: 10_000 });
    const first = await desk.publish('key', TAGS);
    const player = await desk.play('key');
    await player.until('some', () => player.tags.length > 0);
    first.reset();
    await desk.event('ended', ({ role }) => role === 'publisher');
    const second = await desk.publish('key', TAGS);
    second.leave();
    await player.hears('streamEnded');
    const times = player.tags.map(({ timestampMs }) => timestampMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBe(2 * TAGS.length * 40 - 40);
  });
});

/** A command as a single chunk, whatever chunk size the client has told. */
function commandOn(streamId: number, ...values: readonly AmfValue[]): Uint8Array {
  const writer = new ChunkWriter();
  writer.write({ typeId: 20, streamId, timestampMs: 0, csid: 3, payload: encodeAmf0(...values) });
  return writer.take()!;
}

function isInterFrame({ body }: MediaTag): boolean {
  return body[0] === 0x27;
}

const VIDEO_HEADER: MediaTag = {
  kind: 'video',
  timestampMs: 0,
  body: Uint8Array.of(0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f),
};

function soundAt(timestampMs: number): MediaTag {
  return { kind: 'audio', timestampMs, body: Uint8Array.of(0xaf, 1, 7) };
}

function pongsOf({ events }: RawClient): number {
  return events.filter(({ type }) => type === 'pong').length;
}
