import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { PullOptions, PushOptions, ServeOptions } from '../../src/commands/options.js';
import { pull } from '../../src/commands/pull.js';
import { push } from '../../src/commands/push.js';
import { serve } from '../../src/commands/serve.js';
import type { CommandEvent, ProtocolMessageEvent } from '../../src/events.js';
import { FakeServers } from '../support/fake-servers.js';
import { differenceIn, readFlvFile } from '../support/flv-file.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-commands-'));
const fakes = new FakeServers();
afterEach(() => fakes.close());
afterAll(() => rmSync(directory, { recursive: true }));

const NEVER = new AbortController().signal;
const CONNECTION = { timeoutMs: 5000, stallTimeoutMs: 5000, tls: {} };

function pushOptions(url: string | undefined, given: Partial<PushOptions> = {}): PushOptions {
  return {
    ...CONNECTION,
    input: FIXTURE,
    url,
    speed: 0,
    plays: 1,
    startMs: 0,
    durationMs: undefined,
    maxQueueMs: Number.POSITIVE_INFINITY,
    ...given,
  };
}

function pullOptions(source: string, output: string): PullOptions {
  return { ...CONNECTION, source, outputs: [join(directory, output)], overwrite: false, durationMs: undefined };
}

/** Runs a command to its end, or until `onEvent` says so. */
async function run(
  events: AsyncIterable<CommandEvent>,
  onEvent?: (event: CommandEvent) => unknown,
): Promise<CommandEvent[]> {
  const all: CommandEvent[] = [];
  for await (const event of events) {
    all.push(event);
    await onEvent?.(event);
  }
  return all;
}

interface Served {
  readonly url: string;
  stop(): Promise<CommandEvent[]>;
}

function startServer(given: Partial<ServeOptions> = {}): Promise<Served> {
  const stopping = new AbortController();
  const options: ServeOptions = {
    listen: [{ host: '127.0.0.1', port: 0 }],
    gopCache: true,
    recordDirectory: undefined,
    graceMs: 0,
    maxConnections: 100,
    maxConnectionsPerAddress: 100,
    maxMemoryBytes: 512 * 1024 * 1024,
    maxLatencyMs: 40,
    showKeys: false,
    ...given,
  };
  return new Promise((resolve, reject) => {
    const running = run(serve(options, stopping.signal), (event) => {
      if (event.event === 'started' && event.listen !== undefined) {
        const stop = (): Promise<CommandEvent[]> => {
          stopping.abort();
          return running;
        };
        resolve({ url: `${event.listen[0]?.url}/live/key`, stop });
      }
    });
    running.catch(reject);
  });
}

function messagesIn(events: readonly CommandEvent[]): ProtocolMessageEvent[] {
  return events.filter((event) => event.event === 'message');
}

function linesOf(messages: readonly ProtocolMessageEvent[], direction: 'sent' | 'received'): string[] {
  return messages
    .filter((message) => message.direction === direction)
    .map(({ type, name }) => (name === undefined ? type : `${type} ${name}`));
}

describe('push, pull and serve in one process', () => {
  it('bring a file from one end to the other, and all end', async () => {
    const server = await startServer();
    const pulling = run(pull(pullOptions(server.url, 'whole.flv'), NEVER));
    // A pull of a stream that is not there fails; the push has to be first.
    await expect(pulling).rejects.toMatchObject({ code: 'ERR_STREAM_NOT_FOUND' });
    const pushing = run(push(pushOptions(server.url, { durationMs: 2000, speed: 4 }), NEVER), async (event) => {
      if (event.event === 'started') {
        const events = await run(pull(pullOptions(server.url, 'pulled.flv'), NEVER));
        const ended = events.at(-1);
        expect(ended).toMatchObject({ event: 'ended', reason: 'end of stream', final: true });
        // The file has room for an index besides, which is no part of the stream's rate.
        const { bytes = 0, mediaBytes = 0 } = ended?.event === 'ended' ? ended : {};
        expect(mediaBytes).toBeGreaterThan(10_000);
        expect(bytes - mediaBytes).toBeGreaterThan(40_000);
      }
    });
    expect((await pushing).at(-1)).toMatchObject({ event: 'ended', reason: 'everything was sent', final: true });
    const events = await server.stop();
    expect(events.at(-1)).toMatchObject({ event: 'ended', role: 'server', reason: 'stopped', final: true });
    expect(JSON.stringify(events)).not.toContain('key');
    const [pulled, original] = [await readFlvFile(join(directory, 'pulled.flv')), await readFlvFile(FIXTURE)];
    expect(differenceIn(pulled.tags, original.tags.slice(0, pulled.tags.length))).toBeUndefined();
    expect(pulled.tags.length).toBeGreaterThan(50);
  });

  it('report every protocol message when asked to, each its own side, and nothing secret', async () => {
    const server = await startServer({ messages: 'redacted' });
    const options = pushOptions(server.url, { durationMs: 200, messages: 'redacted' });
    const pushed = messagesIn(await run(push(options, NEVER)));
    const served = messagesIn(await server.stop());

    const [sent, received] = [linesOf(pushed, 'sent'), linesOf(pushed, 'received')];
    expect(sent.slice(0, 3)).toEqual(['Command connect', 'Window Acknowledgement Size', 'Set Chunk Size']);
    expect(sent).toContain('Command publish');
    expect(sent).toContain('Data @setDataFrame');
    expect(sent.filter((line) => line === 'Video').length).toBeGreaterThan(3);
    expect(sent.at(-1)).toBe('Command deleteStream');
    expect(received).toContain('Command onStatus');
    // What one side sent the other has received, in the same order; not always to the end, where the sockets close.
    expect(linesOf(served, 'received')).toEqual(sent);
    expect(linesOf(served, 'sent').slice(0, received.length)).toEqual(received);
    expect(new Set(served.map(({ connection }) => connection))).toEqual(new Set([1]));
    expect(JSON.stringify([pushed, served])).not.toMatch(/\bkey\b/);
    expect(pushed.find(({ name }) => name === 'publish')).toMatchObject({
      csid: 5,
      streamId: 1,
      transactionId: expect.any(Number),
      content: 'null, "****", "live"',
    });
  });

  it('report what they play, too, and names when that is wanted', async () => {
    const server = await startServer({ messages: 'complete' });
    const pushing = run(push(pushOptions(server.url, { durationMs: 1000, speed: 2 }), NEVER), async (event) => {
      if (event.event === 'started') {
        const options = { ...pullOptions(server.url, 'watched.flv'), messages: 'complete' as const };
        const pulled = messagesIn(await run(pull(options, NEVER)));
        expect(linesOf(pulled, 'received')).toContain('Video');
        expect(pulled.find(({ name }) => name === 'play')?.content).toBe('null, "key", -2000');
      }
    });
    expect(messagesIn(await pushing)).toEqual([]);
    const toPlayer = messagesIn(await server.stop()).filter(({ connection }) => connection === 2);
    expect(linesOf(toPlayer, 'sent')).toContain('Video');
  });

  it('end with their consumer, wherever they are', async () => {
    const server = await startServer();
    for (const _ of Array.from({ length: 3 })) {
      for await (const _event of push(pushOptions(server.url, { speed: 1 }), NEVER)) {
        break; // while it connects
      }
    }
    for await (const event of push(pushOptions(server.url, { speed: 1 }), NEVER)) {
      if (event.event === 'started') {
        break;
      }
    }
    const events = await server.stop();
    const left = events.filter((event) => event.event === 'ended' && event.role === 'publisher');
    expect(left).toEqual([expect.objectContaining({ reason: 'closed by the client' })]);
  });

  it('throw the reason of their signal while they connect, and end in an orderly way later', async () => {
    const port = await fakes.silent();
    const aborting = new AbortController();
    const reason = new Error('enough');
    const connecting = run(push(pushOptions(`rtmp://127.0.0.1:${port}/live/key`), aborting.signal), (event) => {
      if (event.event === 'connecting' && event.stage === 'handshake') {
        aborting.abort(reason);
      }
    });
    await expect(connecting).rejects.toBe(reason);

    const server = await startServer();
    const stopping = new AbortController();
    const events = await run(push(pushOptions(server.url, { speed: 1 }), stopping.signal), (event) => {
      if (event.event === 'started') {
        stopping.abort();
      }
    });
    expect(events.at(-1)).toMatchObject({ event: 'ended', reason: 'interrupted', final: true });
    await server.stop();
  });

  it('do not wait for all that a slow server still has to take when they are interrupted', async () => {
    const stopping = new AbortController();
    let bytes = 0;
    let waitedFor = 0;
    let readOn = (): void => {};
    const port = await fakes.rtmp((event, session, socket) => {
      if (event.type === 'connectRequest') {
        session.acceptConnect();
      } else if (event.type === 'publishRequest') {
        session.acceptPublish(event.streamId);
        socket.pause();
        readOn = () => void socket.resume();
      } else if (event.type === 'tags') {
        bytes += event.tags.reduce((sum, { body }) => sum + body.length, 0);
      }
    });
    const options = pushOptions(`rtmp://127.0.0.1:${port}/live/key`, { plays: 100 });
    const events = await run(push(options, stopping.signal), (event) => {
      if (event.event === 'stats' && event.queueBytes > 3_000_000) {
        waitedFor = event.bytes + event.queueBytes;
        stopping.abort();
        readOn();
      }
    });
    const ended = events.at(-1);
    expect(ended).toMatchObject({ event: 'ended', reason: 'interrupted' });
    expect(bytes).toBeGreaterThan(0);
    expect(ended).toMatchObject({ bytes }); // what came, and not what was read for it
    expect(bytes).toBeLessThan(waitedFor);
  });

  it('say that nothing came when the server closes before any media', async () => {
    const port = await fakes.rtmp((event, session, socket) => {
      if (event.type === 'connectRequest') {
        session.acceptConnect();
      } else if (event.type === 'playRequest') {
        session.acceptPlay(event.streamId);
        setImmediate(() => socket.end());
      }
    });
    const pulling = run(pull(pullOptions(`rtmp://127.0.0.1:${port}/live/key`, 'nothing.flv'), NEVER));
    await expect(pulling).rejects.toMatchObject({
      code: 'ERR_CONNECTION_LOST',
      message: expect.stringMatching(/before any media came/),
    });
  });
});
