import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAmf0Values } from '../../src/amf/amf0-reader.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isMetadata, isSequenceHeader } from '../../src/media/tag-info.js';
import { type CliRun, CliRuns, type CliServer } from '../support/cli.js';
import { FakeServers } from '../support/fake-servers.js';
import { flvBytes, parseFlv, readFlvFile } from '../support/flv-file.js';
import { recorded } from '../support/recorded.js';
import { bodiesOf, framesOf, neverGoesBack, timesOf } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const FIXTURE_TAGS = parseFlv(readFileSync(FIXTURE)).tags;
const HOUR_MS = 3_600_000;
/** An idle program takes about 60 MB, and this one may have some in its queues. */
const MOST_MEMORY_MB = 250;

const A = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 2_000, fps: 30 });
const SILENT = syntheticStream({ video: 'hevc', durationMs: 1_000 });
const B = syntheticStream({ video: 'h264', audio: 'mp3', durationMs: 1_500, fps: 24 });

const NO_BODY = new Uint8Array(0);

const runs = new CliRuns();
const fakes = new FakeServers();
/** Records everything, so that what push sends can be looked at. */
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve('--show-keys', '--record', runs.file('recordings'));
});

afterAll(async () => {
  await runs.stopAll();
  await fakes.close();
});

function fileWith(name: string, tags: readonly MediaTag[]): string {
  const path = runs.file(name);
  writeFileSync(path, flvBytes(tags));
  return path;
}

function push(name: string, ...args: string[]): CliRun {
  return runs.start(['push', '--json', ...args, `${server.url}/live/${name}`]);
}

function messagesIn(tags: readonly MediaTag[]): unknown[][] {
  const data = tags.filter((tag) => tag.kind === 'data' && !isMetadata(tag));
  return data.map(({ timestampMs, body }) => [timestampMs, ...readAmf0Values(body)]);
}

/** Of the program so far; `undefined` where the system does not tell. */
function mostMemoryMbOf({ pid }: CliRun): number | undefined {
  const path = `/proc/${pid}/status`;
  const [, kilobytes] = existsSync(path) ? (/VmHWM:\s+(\d+) kB/.exec(readFileSync(path, 'utf8')) ?? []) : [];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

describe.concurrent('push of several inputs', () => {
  it('plays a playlist and files on one timeline, and our pull gets it whole', async () => {
    fileWith('films/silent.flv', SILENT);
    const list = runs.file('films/day.m3u');
    writeFileSync(list, `\uFEFF#EXTM3U\r\n\r\n#EXTINF:1,silent\r\nsilent.flv\r\n${fileWith('b.flv', B)}\r\n`);
    const pushing = push('list', fileWith('a.flv', A), `@${list}`, '-', '--speed', '2');
    await pushing.event('started');
    const pulled = runs.file('pulled.flv');
    const pull = runs.start(['pull', '--json', `${server.url}/live/list`, pulled]);
    await pull.event('started');
    pushing.endInput(flvBytes(A)); // the stream is there until then

    expect(await pushing.exit()).toBe(0);
    expect(await pull.exit()).toBe(0);
    expect(pushing.events.filter(({ event }) => event === 'warning')).toEqual([]);
    expect(pushing.events.filter(({ event }) => event === 'switched').map((event) => event['input'])).toEqual([
      runs.file('a.flv'),
      runs.file('films/silent.flv'),
      runs.file('b.flv'),
      'standard input',
    ]);
    expect(pushing.events.at(-1)).toMatchObject({ event: 'ended', reason: 'everything was sent' });

    const came = await recorded(server, 'list');
    const sent = [A, SILENT, B, A].flat();
    for (const kind of ['audio', 'video'] as const) {
      expect(bodiesOf(framesOf(kind, came))).toEqual(bodiesOf(framesOf(kind, sent)));
    }
    const headers = came.filter((tag) => isSequenceHeader(tag) && tag.kind === 'video');
    const startMs = Math.round((87 * 1024) / 44.1);
    expect(timesOf(headers).slice(0, 3)).toEqual([0, startMs, startMs + 1_000]);
    const watched = (await readFlvFile(pulled)).tags;
    expect(neverGoesBack(watched)).toBe(true);
    expect(bodiesOf(framesOf('video', came)).join(' ')).toContain(bodiesOf(framesOf('video', watched)).join(' '));
  });

  it('goes on for an hour without drifting and without growing', async () => {
    const came: MediaTag[] = [];
    const port = await fakes.rtmp((event, session) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type === 'publishRequest') session.acceptPublish(event.streamId);
      if (event.type === 'tags') came.push(...event.tags.filter(isFrame).map((tag) => ({ ...tag, body: NO_BODY })));
    });
    const args = [FIXTURE, `rtmp://127.0.0.1:${port}/live/hour`, '--loop', '--duration', '1h', '--speed', '0'];
    const pushing = runs.start(['push', '--json', ...args]);
    let memoryMb = 0;
    const ended = await pushing.until('end', () => {
      memoryMb = mostMemoryMbOf(pushing) ?? memoryMb;
      return pushing.events.find(({ event }) => event === 'ended');
    });
    expect(await pushing.exit()).toBe(0);
    expect(ended).toMatchObject({ durationMs: HOUR_MS - 1, droppedFrames: 0 });
    expect(memoryMb).toBeLessThan(MOST_MEMORY_MB);

    const film = FIXTURE_TAGS.filter(isFrame);
    // Its audio is longer than its video; the last play is cut where the hour is over, of audio and video each.
    const playMs = (framesOf('audio', film).length * 1024) / 44.1;
    const wholePlays = Math.floor(HOUR_MS / playMs);
    const shifts = Array.from({ length: wholePlays }, (_, play) => {
      const played = came.slice(play * film.length, (play + 1) * film.length);
      return [...new Set(played.map(({ timestampMs }, i) => timestampMs - film[i]!.timestampMs))];
    });
    expect(shifts.filter(({ length }) => length !== 1)).toEqual([]);
    const drifts = shifts.map(([shiftMs = Number.NaN], play) => Math.abs(shiftMs - play * playMs));
    expect(Math.max(...drifts.slice(0, 10))).toBeLessThan(1.5);
    expect(Math.max(...drifts)).toBeLessThan(30);
    expect(neverGoesBack(came)).toBe(true);
  });

  it('goes on beyond 32 bits', async () => {
    const startMs = 2 ** 32 - 3_000;
    const late = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 2_000, startMs });
    expect(await push('wrap', fileWith('late.flv', late), '--loop', '3', '--speed', '0').exit()).toBe(0);
    const came = (await recorded(server, 'wrap')).filter(isFrame);
    expect(came).toHaveLength(3 * late.filter(isFrame).length);
    expect(neverGoesBack(came)).toBe(true);
    expect(came[0]!.timestampMs).toBe(startMs);
    expect(Math.max(...timesOf(came))).toBeGreaterThan(2 ** 32 + 2_900);
  });

  it('says before it connects which line of a playlist is wrong', async () => {
    const list = runs.file('wrong.txt');
    writeFileSync(list, `${fileWith('fine.flv', A)}\n# next\nnowhere.flv\n`);
    const pushing = runs.start(['push', `@${list}`, 'rtmp://127.0.0.1:1/live/x']);
    expect(await pushing.exit()).toBe(7);
    expect(pushing.stderr).toBe(
      `rtmpkit push failed (file): playlist ${list} line 3: ${dirname(list)}/nowhere.flv: there is no such file\n`,
    );
  });
});

describe.concurrent('push with metadata and data', () => {
  it('says what is wanted of the stream', async () => {
    const args = ['--metadata', 'title=One, two', '--metadata', 'level=1.5', '--metadata', 'encoder='];
    const offered = runs.start(['push', '--json', fileWith('titled.flv', B), '-', '--speed', '4', ...args]);
    const started = await offered.event('started');
    const [url] = started['playUrls'] as string[];
    const pulled = runs.file('titled-pulled.flv');
    const pull = runs.start(['pull', '--json', String(url), pulled]);
    await pull.event('started');
    offered.endInput(flvBytes(B));
    expect(await pull.exit()).toBe(0);
    const { metadata } = await readFlvFile(pulled);
    expect([metadata.get('title'), metadata.get('level'), metadata.get('encoder')]).toEqual([
      'One, two',
      1.5,
      undefined,
    ]);
  });

  it('sends data from a file at their times', async () => {
    const lines = [
      { at: 1_500, name: 'onChat', value: { text: 'hi', n: [1, null] } },
      { at: 250, name: 'onPing' },
    ];
    const data = runs.file('chat.jsonl');
    writeFileSync(data, `${lines.map((line) => JSON.stringify(line)).join('\n')}\nnonsense\n`);
    const pushing = push('chat', fileWith('chat.flv', A), '--data', data, '--speed', '0');
    expect(await pushing.exit()).toBe(0);
    expect(messagesIn(await recorded(server, 'chat'))).toEqual([
      [250, 'onPing'],
      [
        1_500,
        'onChat',
        new Map<string, unknown>([
          ['text', 'hi'],
          ['n', [1, null]],
        ]),
      ],
    ]);
    expect(pushing.events.filter(({ event }) => event === 'warning')).toEqual([
      expect.objectContaining({
        code: 'WARN_DATA_LINE',
        message: expect.stringContaining('chat.jsonl line 3 is left out'),
      }),
    ]);
  });

  it('sends what is written to it meanwhile, and ends with the media', async () => {
    const pushing = push('typed', fileWith('typed.flv', B), '--data', '-');
    await pushing.event('stats', ({ positionMs }) => Number(positionMs) > 500);
    await pushing.write(Buffer.from('{"name": "onChat", "value": "typed"}\n'));
    expect(await pushing.exit()).toBe(0); // its standard input is still open
    const [message, ...others] = messagesIn(await recorded(server, 'typed'));
    expect(others).toEqual([]);
    expect(message).toEqual([expect.any(Number), 'onChat', 'typed']);
    expect(Number(message?.[0])).toBeGreaterThan(500);
  });
});
