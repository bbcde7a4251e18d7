import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FlvStreamSink } from '../../src/endpoint/flv-stream-sink.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import { Burst } from '../../src/flow/burst.js';
import { avcKeyframe, buildRecording, metadata } from '../support/flv-builder.js';
import { bursts, contents, fingerprints, mediaTag } from './flv-test-files.js';

const TAGS = buildRecording(2).map(mediaTag);

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('FlvStreamSink', () => {
  it('writes a header and every tag, and leaves the stream open', async () => {
    const output = new PassThrough();
    const collected = collect(output);
    const sink = new FlvStreamSink(output);
    const broadcast = new Broadcast({ maxBytes: 1 << 20, gopCache: true });
    sink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    broadcast.append(TAGS);
    broadcast.end();
    const end = await sink.finished;
    expect(output.writableEnded).toBe(false);
    output.end();
    const bytes = await collected;
    expect(end).toEqual({ by: 'stream', bytes: bytes.length });
    expect(contents(bytes).items[0]).toMatchObject({ type: 'header', hasAudio: true, hasVideo: true });
    expect(fingerprints(contents(bytes).tags)).toEqual(fingerprints(TAGS));
  });

  it('gives metadata at the beginning the time 0', () => {
    const written: Uint8Array[] = [];
    const output = new Writable({ write: (bytes, _, done) => done(void written.push(bytes)) });
    const sink = new FlvStreamSink(output);
    sink.write(new Burst([metadata({}, 5000), avcKeyframe(5000)].map(mediaTag), [], false));
    sink.write(new Burst([metadata({}, 5040)].map(mediaTag), [], false));
    expect(contents(Buffer.concat(written)).tags.map((tag) => tag.timestampMs)).toEqual([0, 5000, 5040]);
  });

  it('makes the broadcast wait for a slow reader', async () => {
    const output = new PassThrough({ highWaterMark: 1000 });
    const sink = new FlvStreamSink(output);
    const broadcast = new Broadcast({ maxBytes: 10_000, gopCache: false });
    sink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    broadcast.append(Array.from({ length: 20 }, (_, i) => mediaTag(avcKeyframe(i * 40, 2000))));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(broadcast.hasRoom).toBe(false);
    expect(output.writableLength + output.readableLength).toBeLessThan(8000);
    const collected = collect(output);
    await broadcast.room();
    broadcast.end();
    await sink.finished;
    output.end();
    expect(contents(await collected).tags).toHaveLength(20);
  });

  it.each(['EPIPE', 'ECONNRESET'])('ends well when the reader goes away (%s)', async (code) => {
    const output = new Writable({
      write: (_bytes, _encoding, done) => done(Object.assign(new Error(code), { code, syscall: 'write' })),
    });
    const sink = new FlvStreamSink(output);
    const broadcast = new Broadcast({ maxBytes: 1 << 20, gopCache: false });
    sink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    broadcast.append(TAGS);
    expect(await sink.finished).toMatchObject({ by: 'consumer' });
    expect(broadcast.stats.subscribers).toBe(0);
    expect(await sink.finish()).toMatchObject({ by: 'consumer' });
  });

  it('ends well when the stream is closed or was closed before', async () => {
    const output = new PassThrough();
    const sink = new FlvStreamSink(output);
    sink.write(bursts(TAGS)[0]!);
    output.destroy();
    expect(await sink.finished).toMatchObject({ by: 'consumer' });
    const late = new FlvStreamSink(output);
    late.write(bursts(TAGS)[0]!);
    expect(await late.finish()).toMatchObject({ by: 'consumer' });
  });

  it('tells other failures', async () => {
    const output = new Writable({
      write: (_bytes, _encoding, done) => done(Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' })),
    });
    const sink = new FlvStreamSink(output, 'the pipe');
    sink.write(bursts(TAGS)[0]!);
    await expect(sink.finish()).rejects.toMatchObject({ code: 'ERR_DISK_FULL', message: 'the pipe: the disk is full' });
  });
});
