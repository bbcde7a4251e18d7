import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { RtmpkitError } from '../../src/errors.js';
import type { CommandEvent } from '../../src/events.js';
import type { MediaTag } from '../../src/media/tag.js';
import type { ServerEvent } from '../../src/rtmp/session/events.js';
import type { ServerSession } from '../../src/rtmp/session/server.js';
import { errorStatus, StatusCode } from '../../src/rtmp/session/status.js';
import { selfSigned } from '../support/certificate.js';
import { FakeServers } from '../support/fake-servers.js';
import { flvBytes } from '../support/flv-file.js';
import { syntheticStream } from '../support/streams.js';
import { type Outcome, probed } from './probed.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-probe-'));
const fakes = new FakeServers();
afterAll(async () => {
  await fakes.close();
  rmSync(directory, { recursive: true });
});

const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 4_000 });

const at = (port: number, scheme = 'rtmp'): string => `${scheme}://127.0.0.1:${port}/live/key`;

/** A server that lets everybody play these tags, and then says what it is told. */
function playing(
  tags: readonly MediaTag[],
  afterwards: (session: ServerSession, socket: Socket, streamId: number) => void = (session, _, id) =>
    session.endPlay(id, 'over'),
): Promise<number> {
  return fakes.rtmp((event, session, socket) => {
    if (event.type === 'connectRequest') session.acceptConnect();
    if (event.type === 'playRequest') {
      session.acceptPlay(event.streamId);
      send(session, socket, event.streamId, tags);
      afterwards(session, socket, event.streamId);
    }
  });
}

function send(session: ServerSession, socket: Socket, streamId: number, tags: readonly MediaTag[]): void {
  const said = session.takeOutput();
  if (said !== undefined) socket.write(said);
  if (tags.length > 0) socket.write(session.mediaFormat(streamId).encode(tags));
}

/** Lets another server answer, which gets the first bytes too. */
function passOn(socket: Socket, port: number, first: Uint8Array = new Uint8Array(0)): void {
  const upstream = connect(port, '127.0.0.1');
  upstream.on('error', () => {}); // either may go first
  upstream.write(first);
  socket.pipe(upstream).pipe(socket);
}

describe('a stream', () => {
  it('is told with its stages, its server and what it is', async () => {
    const { report, error } = await probed(at(await playing(STREAM)));
    expect(error).toBeUndefined();
    expect(report).toMatchObject({
      schema: 1,
      url: expect.stringMatching(/^rtmp:\/\/127\.0\.0\.1:\d+\/live\/\*{4}$/),
      ok: true,
      file: null,
      server: { address: '127.0.0.1', software: 'rtmpkit', fmsVer: 'FMS/3,0,1,123', handshake: 'digest-1', tls: null },
      analysis: { endedBy: 'end of stream' },
      warnings: [],
    });
    expect(report?.stages.map(({ stage, ok }) => [stage, ok])).toEqual(
      ['tcp', 'handshake', 'connect', 'createStream', 'play', 'stream'].map((stage) => [stage, true]),
    );
    expect(report?.stages.find(({ stage }) => stage === 'connect')?.words).toMatch(/^NetConnection.Connect.Success/);
    expect(report?.streams.map(({ codec }) => codec)).toEqual(['h264', 'aac']);
    const { dnsMs, tlsMs, ...times } = report!.timings;
    expect([dnsMs, tlsMs]).toEqual([null, null]);
    for (const time of Object.values(times)) expect(time).toBeGreaterThanOrEqual(0);
  });

  it('of a server that tells nothing at its end is looked at for as long as was asked', async () => {
    const { report } = await probed(at(await playing(STREAM, () => {})), { durationMs: 1 });
    expect(report).toMatchObject({ ok: true, analysis: { endedBy: 'duration' } });
  });

  it('is left at once when picture and sound are there, with a duration of 0', async () => {
    const { report } = await probed(at(await playing(STREAM, () => {})), { durationMs: 0 });
    expect(report?.analysis.endedBy).toBe('duration');
    expect(report?.streams.map(({ codec }) => codec)).toEqual(['h264', 'aac']);
    await fakes.empty();
  });

  it('that the server breaks off is told as far as it came', async () => {
    const port = await playing(STREAM, (session, socket, id) => {
      const cut = session.mediaFormat(id).encode(STREAM.slice(0, 2)).subarray(0, 20);
      socket.end(cut);
    });
    const { report, error } = await probed(at(port));
    expect(error).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
    expect(report).toMatchObject({ ok: false, analysis: { endedBy: 'failure' } });
    expect(report?.streams).toHaveLength(2);
  });

  it('that is left by a signal is told as far as it came', async () => {
    const stopping = new AbortController();
    const port = await playing(STREAM, (_, socket) => socket.once('data', () => stopping.abort()));
    const { report, error } = await probed(at(port), {}, stopping.signal);
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ ok: true, analysis: { endedBy: 'interruption' } });
  });

  it.each([
    ['stands still is told', 0, ['WARN_STALL']],
    ['seems to stand still while we are stopped is not', 5_000, []],
  ])('that %s', async (_, leftOutMs, codes) => {
    let clockMs = 0;
    let goOn = (): void => {};
    const half = STREAM.findIndex(({ timestampMs }) => timestampMs >= 2_000);
    const port = await playing(STREAM.slice(0, half), (session, socket, id) => {
      goOn = () => {
        session.endPlay(id, 'over');
        socket.write(session.mediaFormat(id).encode(STREAM.slice(half)));
        socket.write(session.takeOutput()!);
      };
    });
    const onEvent = ({ event }: CommandEvent): void => {
      if (event !== 'started') return;
      clockMs = 5_000 - leftOutMs;
      goOn();
    };
    const { report } = await probed(at(port), { nowMs: () => clockMs, onEvent });
    expect(report?.warnings.map(({ code }) => code)).toEqual(codes);
  });

  it('has the round trip of a ping', async () => {
    const port = await playing(STREAM, (session, socket, id) => {
      socket.on('data', () => setImmediate(() => socket.writable && send(session, socket, id, STREAM.slice(-1))));
    });
    const { report } = await probed(at(port), { durationMs: 200 });
    expect(report?.server?.rttMs).toBeGreaterThan(0);
  });

  it('comes over TLS with version, cipher and the time that is left to the certificate', async () => {
    const plain = await playing(STREAM);
    const proxy = await fakes.tls(selfSigned(), (socket) => {
      passOn(socket, plain);
    });
    const { report, error } = await probed(at(proxy, 'rtmps'), { tls: { insecure: true } });
    expect(error).toBeUndefined();
    expect(report?.server?.tls).toMatchObject({ version: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) });
    expect(report?.server?.tls?.certificateDaysLeft).toBeGreaterThan(1_000);
    expect(report?.timings.tlsMs).toBeGreaterThan(0);
    expect(report?.warnings).toEqual([]);
  });
});

const refusing = (command: 'connect' | 'play', code: StatusCode, description: string) =>
  fakes.rtmp((event: ServerEvent, session) => {
    const status = errorStatus(code, description);
    if (event.type === 'connectRequest') {
      command === 'connect' ? session.rejectConnect(status) : session.acceptConnect();
    } else if (event.type === 'playRequest') {
      session.rejectPlay(event.streamId, status);
    }
  });

describe('a stage that fails', () => {
  type Case = readonly [what: string, server: () => Promise<number>, stage: string, code: string, advice: RegExp];
  const cases: readonly Case[] = [
    ['nobody listens', async () => 1, 'tcp', 'ERR_REFUSED', /host and port/],
    ['a web server', () => fakes.http(), 'handshake', 'ERR_NOT_RTMP', /web server/],
    ['TLS on the port', () => fakes.tls(selfSigned(), () => {}), 'handshake', 'ERR_TLS_ON_PLAIN_PORT', /rtmps/],
    ['silence', () => fakes.silent(), 'handshake', 'ERR_TIMEOUT', /nobody speaks RTMP/],
    ['hanging up', () => fakes.closing(), 'handshake', 'ERR_CONNECTION_LOST', /TLS port needs rtmps/],
    [
      'a wrong app',
      () => refusing('connect', StatusCode.ConnectInvalidApp, 'no such app'),
      'connect',
      'ERR_APP_NOT_FOUND',
      /check the app/,
    ],
    [
      'credentials that are missing',
      () => refusing('connect', StatusCode.ConnectRejected, '[ AccessManager.Reject ] : authentication needed'),
      'connect',
      'ERR_AUTH',
      /password/,
    ],
    [
      'no such stream',
      () => refusing('play', StatusCode.PlayStreamNotFound, 'none'),
      'play',
      'ERR_STREAM_NOT_FOUND',
      /stream name/,
    ],
    ['leave to play, and silence', () => playing([], () => {}), 'stream', 'ERR_TIMEOUT', /publishes it/],
    [
      'leave to play, and goodbye',
      () => playing([], (_, socket) => socket.end()),
      'stream',
      'ERR_CONNECTION_LOST',
      /log/,
    ],
  ];

  it.each(cases)('by %s is the last that is told', async (_, server, stage, code, advice) => {
    const { report, error } = await probed(at(await server()), code === 'ERR_TIMEOUT' ? { timeoutMs: 300 } : {});
    expect(error).toBeInstanceOf(RtmpkitError);
    expect(error).toMatchObject({ code, stage, advice: expect.stringMatching(advice) });
    expect(report?.ok).toBe(false);
    const stages = report?.stages ?? [];
    expect(stages.at(-1)).toMatchObject({ stage, ok: false });
    expect(stages.slice(0, -1).every(({ ok }) => ok)).toBe(true);
  });

  it('says what the server said', async () => {
    const { report } = await probed(at(await refusing('play', StatusCode.PlayStreamNotFound, 'gone fishing')));
    expect(report?.stages.at(-1)?.words).toContain('gone fishing');
  });

  it('tells no report of a look that was broken off before there was anything', async () => {
    const stopping = new AbortController();
    const port = await fakes.raw((socket) => socket.once('data', () => stopping.abort()));
    const { report, error } = await probed(at(port), {}, stopping.signal);
    expect(report).toBeUndefined();
    expect(error).toBe(stopping.signal.reason);
  });
});

/** Turns the first so many players away, and lets the others play what is given. */
function turningAway(players: number, tags: readonly MediaTag[], afterwards: (socket: Socket) => void) {
  let asked = 0;
  return fakes.rtmp((event, session, socket) => {
    if (event.type === 'connectRequest') session.acceptConnect();
    if (event.type !== 'playRequest') return;
    if (++asked <= players) {
      session.rejectPlay(event.streamId, errorStatus(StatusCode.PlayStreamNotFound, `not yet, ${asked}`));
      return;
    }
    session.acceptPlay(event.streamId);
    send(session, socket, event.streamId, tags);
    afterwards(socket);
  });
}

describe('a stream that is not there yet', () => {
  const retry = (attempts: number) => ({ retry: { attempts, delayMs: 1, maxDelayMs: 1 } });
  const retries = ({ events }: Outcome) => events.filter(({ event }) => event === 'retrying');

  it('is waited for, and told as if it had always been there', async () => {
    const outcome = await probed(at(await turningAway(2, STREAM, () => {})), { ...retry(5), durationMs: 0 });
    expect(outcome.error).toBeUndefined();
    expect(retries(outcome)).toMatchObject([
      { role: 'player', attempt: 1, attempts: 5, code: 'ERR_STREAM_NOT_FOUND', url: expect.stringMatching(/\*{4}$/) },
      { attempt: 2 },
    ]);
    expect(outcome.report).toMatchObject({ ok: true, streams: [{ codec: 'h264' }, { codec: 'aac' }] });
    expect(outcome.report?.stages).toHaveLength(6);
  });

  it('is given up after so many attempts, with the report of the last one', async () => {
    const outcome = await probed(at(await turningAway(9, STREAM, () => {})), retry(2));
    expect(outcome.error).toMatchObject({ code: 'ERR_STREAM_NOT_FOUND' });
    expect(retries(outcome)).toHaveLength(2);
    expect(outcome.events.filter(({ event }) => event === 'report')).toHaveLength(1);
    expect(outcome.report?.stages.at(-1)?.words).toContain('not yet, 3');
  });

  it('is not waited for again when it broke off: that is what was found', async () => {
    const cut = (socket: Socket): void => void socket.end(Uint8Array.of(4)); // a header without its end
    const outcome = await probed(at(await turningAway(1, STREAM, cut)), retry(5));
    expect(outcome.error).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
    expect(retries(outcome)).toHaveLength(1);
    expect(outcome.report?.streams).toHaveLength(2);
  });

  it('is not waited for when that cannot help', async () => {
    const outcome = await probed(at(await fakes.http()), retry(5));
    expect(outcome.error).toMatchObject({ code: 'ERR_NOT_RTMP' });
    expect(retries(outcome)).toEqual([]);
  });

  it('is left at once by a signal', async () => {
    const stopping = new AbortController();
    const options = {
      retry: { attempts: 1, delayMs: 3_600_000, maxDelayMs: 3_600_000 },
      onEvent: ({ event }: CommandEvent) => event === 'retrying' && stopping.abort(),
    };
    const { report, error } = await probed(at(1), options, stopping.signal);
    expect(report).toBeUndefined();
    expect(error).toBe(stopping.signal.reason);
  });
});

describe('a server that takes no digest', () => {
  it('is asked again without, and that is told', async () => {
    const port = await playing(STREAM);
    const choosy = await fakes.raw((socket) =>
      socket.once('data', (bytes: Buffer) => {
        const isSimple = bytes[0] === 3 && bytes.readUInt32BE(5) === 0;
        isSimple ? passOn(socket, port, bytes) : socket.end();
      }),
    );
    const { report, error } = await probed(at(choosy));
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ ok: true, server: { handshake: 'simple' } });
    expect(report?.warnings.map(({ code }) => code)).toEqual(['WARN_DIGEST_REFUSED']);
    expect(report?.stages.map(({ stage }) => stage)).toHaveLength(6);
  });
});

describe('expectations', () => {
  it('that are met leave all well', async () => {
    const { report, error } = await probed(FIXTURE, { expect: ['video.codec==h264', 'video.fps>=15'] });
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ ok: true, expectations: [{ met: true }, { met: true, actual: 15 }] });
  });

  it('that are not met are told with what was seen, and are the error', async () => {
    const { report, error } = await probed(FIXTURE, {
      expect: ['video.codec==hevc', 'video.fps>=25', 'audio.channels==2'],
    });
    expect(error).toMatchObject({ code: 'ERR_EXPECTATION', kind: 'expectation' });
    expect(error).toMatchObject({
      message: '2 of 3 expectations are not met: video.codec==hevc (it is "h264"); video.fps>=25 (it is 15)',
    });
    expect(report).toMatchObject({ ok: false, expectations: [{ met: false }, { met: false }, { met: true }] });
  });

  it('that cannot be understood are told before anything is done', async () => {
    let connections = 0;
    const port = await fakes.raw(() => connections++);
    const { error, events } = await probed(at(port), { expect: ['video.fsp>=25'] });
    expect(error).toMatchObject({ code: 'ERR_USAGE', advice: expect.stringContaining('video.fps') });
    expect(events).toEqual([]);
    expect(connections).toBe(0);
  });
});

describe('a file', () => {
  const file = (name: string, bytes: Uint8Array): string => {
    const path = join(directory, name);
    writeFileSync(path, bytes);
    return path;
  };
  const codes = ({ report }: Outcome): string[] => (report?.warnings ?? []).map(({ code }) => code);

  it('is read whole', async () => {
    const { report, error } = await probed(FIXTURE);
    expect(error).toBeUndefined();
    expect(report).toMatchObject({
      url: null,
      ok: true,
      server: null,
      file: { path: FIXTURE, format: 'flv', index: 'none', damages: 0, isCutOff: false },
      analysis: { endedBy: 'end of file', elapsedMs: null },
      jitterMs: null,
      stages: [],
      warnings: [],
    });
  });

  it('is read as far as was asked', async () => {
    const { report } = await probed(
      file(
        'long.flv',
        flvBytes(syntheticStream({ video: 'h264', audio: 'aac', durationMs: 30_000, keyframeBytes: 200_000 })),
      ),
      {
        durationMs: 5_000,
      },
    );
    expect(report?.analysis.endedBy).toBe('duration');
    expect(report?.analysis.durationMs).toBeLessThanOrEqual(5_100);
  });

  it('that is cut off says so, and nothing else', async () => {
    const bytes = flvBytes(STREAM);
    const outcome = await probed(file('cut.flv', bytes.subarray(0, bytes.length - 100)));
    expect(codes(outcome)).toEqual(['WARN_DAMAGED_FILE']);
    expect(outcome.report?.file).toMatchObject({ damages: 1, isCutOff: true });
  });

  it('that is damaged in its midst says so, and nothing else', async () => {
    const bytes = flvBytes(STREAM);
    const tag = flvBytes(STREAM.slice(0, 120)).length;
    const outcome = await probed(
      file('hole.flv', Buffer.concat([bytes.subarray(0, tag), Buffer.alloc(500, 0xee), bytes.subarray(tag)])),
    );
    expect(codes(outcome)).toEqual(['WARN_DAMAGED_FILE']);
    expect(outcome.report?.file).toMatchObject({ damages: 1, damagedBytes: 500, isCutOff: false });
  });

  it.each([
    ['duration', { duration: 60 }],
    ['filesize', { filesize: 12_345 }],
  ])('whose metadata lies about its %s says so', async (name, metadata) => {
    const outcome = await probed(
      file(`${name}.flv`, flvBytes(syntheticStream({ video: 'h264', audio: 'aac', durationMs: 4_000, metadata }))),
    );
    expect(codes(outcome)).toEqual(['WARN_METADATA_MISMATCH']);
    expect(outcome.report?.warnings[0]?.message).toContain(name);
  });

  it('whose index is wrong says so, and one whose index is right does not', async () => {
    const index = (filepositions: number[], times: number[]) => ({
      keyframes: new Map([
        ['filepositions', filepositions],
        ['times', times],
      ]),
    });
    const with_ = (filepositions: number[]) =>
      syntheticStream({ video: 'h264', audio: 'aac', durationMs: 4_000, metadata: index(filepositions, [0, 1]) });
    const tags = with_([0, 0]);
    const positions = [0, 1_000].map(
      (ms) =>
        flvBytes(
          tags.slice(
            0,
            tags.findIndex(
              ({ kind, timestampMs, body }) =>
                kind === 'video' && body[0] === 0x17 && body[1] === 1 && timestampMs === ms,
            ),
          ),
        ).length,
    );
    const right = await probed(file('right.flv', flvBytes(with_(positions))));
    expect(codes(right)).toEqual([]);
    expect(right.report?.file).toMatchObject({ index: 'right', indexEntries: 2 });
    const wrong = await probed(file('wrong.flv', flvBytes(with_([positions[0]!, positions[1]! + 7]))));
    expect(codes(wrong)).toEqual(['WARN_WRONG_INDEX']);
  });

  it('whose header promises what never comes says so', async () => {
    const video = STREAM.filter(({ kind }) => kind !== 'audio');
    expect(codes(await probed(file('promise.flv', flvBytes(video))))).toEqual(['WARN_TRACK_MISSING']);
  });

  it.each([
    ['is missing', 'nowhere.flv', 'ERR_FILE_NOT_FOUND'],
    ['is none', file('text.flv', Buffer.from('hello, this is no FLV at all')), 'ERR_NOT_FLV'],
    ['is empty', file('empty.flv', flvBytes([])), 'ERR_MEDIA_EMPTY'],
  ])('that %s is an error without a report', async (_, path, code) => {
    const { report, error } = await probed(path);
    expect(error).toMatchObject({ code });
    expect(report).toBeUndefined();
  });
});

describe('nothing is left open', () => {
  it('on the way of a stream', async () => {
    const sockets: Socket[] = [];
    const port = await fakes.rtmp((event, session, socket) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type === 'playRequest') {
        sockets.push(socket);
        session.acceptPlay(event.streamId);
        send(session, socket, event.streamId, STREAM);
      }
    });
    const closed = probed(at(port), { durationMs: 0 }).then(async () => {
      const [socket] = sockets;
      if (socket?.closed === false) await once(socket, 'close');
    });
    await expect(closed).resolves.toBeUndefined();
  });
});
