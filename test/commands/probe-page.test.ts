import { existsSync, linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeOptions } from '../../src/commands/options.js';
import { probe } from '../../src/commands/probe.js';
import type { CommandEvent, SnapshotEvent } from '../../src/events.js';
import { FakeServers } from '../support/fake-servers.js';
import { flvBytes } from '../support/flv-file.js';
import { syntheticStream } from '../support/streams.js';

const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 3_000, metadata: { title: 'hush' } });
const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-page-'));
const film = join(directory, 'film.flv');
const fakes = new FakeServers();

beforeAll(async () => writeFileSync(film, await flvBytes(STREAM)));
afterAll(async () => {
  await fakes.close();
  rmSync(directory, { recursive: true });
});

function optionsFor(source: string, given: Partial<ProbeOptions>): ProbeOptions {
  const none = { durationMs: undefined, expect: [], timeoutMs: 5_000, stallTimeoutMs: 5_000, tls: {} };
  return { source, ...none, ...given };
}

async function probed(source: string, given: Partial<ProbeOptions>, signal = new AbortController().signal) {
  const events: CommandEvent[] = [];
  let error: unknown;
  try {
    for await (const event of probe(optionsFor(source, given), signal)) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  return { events, error };
}

describe('a page', () => {
  it('is written with all that it needs, and told of behind the report', async () => {
    const path = join(directory, 'whole.html');
    const { events, error } = await probed(film, { page: { path, overwrite: false } });
    expect(error).toBeUndefined();
    const page = readFileSync(path, 'utf8');
    expect(page).toMatch(/Copyright \(c\) \d+ Leon Sorokin/);
    expect(page).toContain('Frame sizes');
    expect(page).toMatch(/<\/html>\n$/);
    expect(events.map(({ event }) => event)).toEqual(['report', 'ended']);
    expect(events[1]).toMatchObject({ output: path, bytes: Buffer.byteLength(page), final: false });
  });

  it('does not replace a file unless it is told to', async () => {
    const path = join(directory, 'there.html');
    writeFileSync(path, 'something else');
    const { events, error } = await probed(film, { page: { path, overwrite: false } });
    expect(error).toMatchObject({ code: 'ERR_OUTPUT_EXISTS' });
    expect(events).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe('something else');
    await probed(film, { page: { path, overwrite: true } });
    expect(readFileSync(path, 'utf8')).toMatch(/^<!DOCTYPE html>/);
  });

  it('is refused before anything else where it cannot be written', async () => {
    const { events, error } = await probed(film, {
      page: { path: join(directory, 'no/where.html'), overwrite: false },
    });
    expect(error).toMatchObject({ code: 'ERR_OUTPUT' });
    expect(events).toEqual([]);
  });

  it('never replaces the file that it is about', async () => {
    const other = join(directory, 'other-name.flv');
    linkSync(film, other);
    const before = readFileSync(film);
    const { error } = await probed(film, { page: { path: other, overwrite: true } });
    expect(error).toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining('the file that it is about') });
    expect(readFileSync(film).equals(before)).toBe(true);
  });

  it('leaves nothing behind, and an old one as it was, when nothing was found', async () => {
    const missing = join(directory, 'missing.flv');
    const path = join(directory, 'never.html');
    const old = join(directory, 'old.html');
    writeFileSync(old, 'old');
    expect((await probed(missing, { page: { path, overwrite: false } })).error).toMatchObject({
      code: 'ERR_FILE_NOT_FOUND',
    });
    expect(existsSync(path)).toBe(false);
    await probed(missing, { page: { path: old, overwrite: true } });
    expect(readFileSync(old, 'utf8')).toBe('old');
  });

  it('also says why a probe failed, with the secrets covered', async () => {
    const path = join(directory, 'failed.html');
    const cover = {
      report: <Report>(report: Report): Report =>
        JSON.parse(JSON.stringify(report).replaceAll('hush', '****')) as Report,
      text: (text: string) => text.replaceAll('hush', '****'),
    };
    const options = { page: { path, overwrite: false, cover }, expect: ['metadata.title==other'] };
    expect((await probed(film, options)).error).toMatchObject({ code: 'ERR_EXPECTATION' });
    const page = readFileSync(path, 'utf8');
    expect(page).not.toContain('hush');
    expect(page).toContain('1 expectation not met');
    expect(page).toContain('it is &quot;****&quot;');
  });
});

describe('a stream that is watched', () => {
  it('is told of every second until it is enough, and has a report at the end', async () => {
    const port = await fakes.rtmp((event, session, socket) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type !== 'playRequest') return;
      session.acceptPlay(event.streamId);
      const said = session.takeOutput();
      if (said !== undefined) socket.write(said);
      socket.write(session.mediaFormat(event.streamId).encode(STREAM));
    });
    const enough = new AbortController();
    const snapshots: SnapshotEvent[] = [];
    let last: CommandEvent | undefined;
    const options = optionsFor(`rtmp://127.0.0.1:${port}/live/hush`, { watch: true });
    for await (const event of probe(options, enough.signal)) {
      last = event;
      if (event.event === 'snapshot') {
        snapshots.push(event);
        enough.abort();
      }
      expect(event).not.toHaveProperty('durationMs', Number.POSITIVE_INFINITY);
    }
    expect(snapshots[0]).toMatchObject({
      report: { url: `rtmp://127.0.0.1:${port}/live/****`, streams: [{ codec: 'h264' }, { codec: 'aac' }] },
    });
    expect(snapshots[0]!.report.analysis.elapsedMs).toBeGreaterThan(500);
    expect(last).toMatchObject({ event: 'report', report: { analysis: { endedBy: 'interruption' } } });
  });
});
