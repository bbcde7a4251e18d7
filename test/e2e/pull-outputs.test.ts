import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { amfObject } from '../../src/amf/value.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { type CliRun, CliRuns, type CliServer } from '../support/cli.js';
import { FakePrograms, isRunning } from '../support/fake-programs.js';
import { differenceIn, parseFlv, readFlvFile, withoutMetadata } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { SmallDisk } from '../support/small-disk.js';
import { syntheticStream } from '../support/streams.js';

const runs = new CliRuns();
const disks: SmallDisk[] = [];
const folders: FakePrograms[] = [];
afterAll(async () => {
  await runs.stopAll();
  await Promise.all([...disks.map((disk) => disk.close()), ...folders.map((folder) => folder.remove())]);
});

const SENT = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 4_000, bFrames: true });

/** Pulls a whole stream: everything is sent once the pull has begun. */
async function pullAll(
  args: readonly string[],
  tags: readonly MediaTag[] = SENT,
  options: Parameters<CliRuns['start']>[1] = {},
): Promise<CliRun> {
  const server = await runs.serve();
  const url = `${server.url}/live/${runs.streamName()}`;
  const publication = await Publication.begin(runs, url, tags, '--speed', '0');
  const pull = runs.start(['pull', url, ...args], options);
  await begun(server);
  publication.finish();
  await publication.push.exit();
  await pull.exit();
  return pull;
}

/** Somebody plays the only stream of the server. */
async function begun({ run }: CliServer): Promise<void> {
  await run.event('started', ({ role, connection }) => role === 'player' && connection !== undefined);
}

/** A command in the language of the shell that runs a script of Node. */
function nodeCommand(script: string): string {
  return `'${process.execPath}' -e '${script.replaceAll("'", `'\\''`)}'`;
}

function frames(tags: readonly MediaTag[]): MediaTag[] {
  return tags.filter(isFrame);
}

describe.concurrent('several outputs', () => {
  it('all get the whole stream', async () => {
    const [one, two, piped] = [runs.file('one.flv'), runs.file('two.flv'), runs.file('piped.flv')];
    const pull = await pullAll([one, '-', two, '--pipe', `cat > '${piped}'`]);
    expect(await pull.exit()).toBe(0);
    for (const { tags, damages } of [
      await readFlvFile(one),
      await readFlvFile(two),
      await readFlvFile(piped),
      parseFlv(pull.stdout),
    ]) {
      expect(differenceIn(tags, SENT)).toBeUndefined();
      expect(damages).toEqual([]);
    }
    expect(pull.stderr).toMatch(/piping it into cat/);
    expect(pull.stderr).toMatch(/wrote .*one\.flv, 4\.\d s/);
    expect(pull.stderr).toMatch(/received 4\.\d s, .*: end of stream\n$/);
  });

  it('tell of their beginnings and ends as events', async () => {
    const [one, two] = [runs.file('events1.flv'), runs.file('events2.flv')];
    const pull = await pullAll([one, two, '--json']);
    const told = pull.events.filter(({ event }) => event === 'started' || event === 'ended');
    expect(told.slice(0, 2)).toMatchObject([{ event: 'started', role: 'player', output: one }, { output: two }]);
    expect(new Set(told.slice(2, 4).map((event) => event['output']))).toEqual(new Set([one, two]));
    expect(told.slice(2, 4)).toMatchObject([
      { event: 'ended', final: false },
      { event: 'ended', final: false },
    ]);
    expect(told[4]).toMatchObject({ event: 'ended', role: 'player', final: true, reason: 'end of stream' });
    expect(told).toHaveLength(5);
  });

  it('go on when one cannot be opened; the status says so at the end', async () => {
    const good = runs.file('good.flv');
    const pull = await pullAll([good, runs.file(`${'x'.repeat(300)}.flv`), '--json']);
    expect(await pull.exit()).toBe(13);
    expect(pull.events.filter(({ event }) => event === 'warning')).toMatchObject([{ code: 'WARN_OUTPUT_FAILED' }]);
    expect(pull.events.at(-1)).toMatchObject({ event: 'error', exitCode: 13 });
    expect(differenceIn((await readFlvFile(good)).tags, SENT)).toBeUndefined();
  });

  it('go on when the disk of one is full', async ({ skip }) => {
    skip(!SmallDisk.isPossible, 'only root can mount a disk of its own here');
    const disk = await SmallDisk.open(1024 * 1024);
    disks.push(disk);
    const large = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 2_000, frameBytes: 60_000 });
    const [full, good] = [disk.file('full.flv'), runs.file('beside-full.flv')];
    const pull = await pullAll([full, good, '--json'], large, disk);
    expect(await pull.exit()).toBe(13);
    expect(pull.events.at(-1)).toMatchObject({ event: 'error', code: 'ERR_DISK_FULL', exitCode: 13 });
    expect(pull.events.filter(({ event }) => event === 'warning')).toMatchObject([{ code: 'WARN_OUTPUT_FAILED' }]);
    expect(differenceIn((await readFlvFile(good)).tags, large)).toBeUndefined();
    const got = withoutMetadata((await readFlvFile(disk.fromOutside(full))).tags);
    expect(got.length).toBeGreaterThan(10);
    expect(differenceIn(got, withoutMetadata(large).slice(0, got.length))).toBeUndefined();
  });
});

describe.concurrent('standard output that nobody reads any more', () => {
  it('ends for itself, and the others go on', async () => {
    const server = await runs.serve();
    const url = `${server.url}/live/${runs.streamName()}`;
    const publication = await Publication.begin(runs, url, SENT, '--speed', '0');
    const path = runs.file('beside-stdout.flv');
    const pull = runs.start(['pull', url, '-', path]);
    await begun(server);
    pull.child.stdout.destroy();
    publication.finish();
    expect(await pull.exit()).toBe(0);
    expect(differenceIn((await readFlvFile(path)).tags, SENT)).toBeUndefined();
    expect(pull.stderr).toMatch(/the reader of the output has closed it/);
  });
});

describe.concurrent('a window', () => {
  /** A folder with nothing in it but a player that does as it is told. */
  async function player(script: string): Promise<string> {
    const programs = new FakePrograms();
    folders.push(programs);
    await programs.add('ffplay', script);
    return programs.folder;
  }

  it('gets the stream, and a title without the key', async () => {
    const shown = runs.file('shown.flv');
    const PATH = await player(
      `process.stdin.pipe(require('node:fs').createWriteStream(${JSON.stringify(shown)}));
       require('node:fs').writeFileSync(${JSON.stringify(`${shown}.args`)}, process.argv.join(' '));`,
    );
    const pull = await pullAll(['--play'], SENT, { env: { PATH } });
    expect(await pull.exit()).toBe(0);
    expect(differenceIn((await readFlvFile(shown)).tags, SENT)).toBeUndefined();
    expect(await readFile(`${shown}.args`, 'utf8')).toMatch(/rtmp:\/\/127\.0\.0\.1:\d+\/live\/\*\*\*\*/);
    expect(pull.stderr).toMatch(/showing it in a window of ffplay/);
    expect(pull.stderr).toMatch(/showed 4\.\d s/);
  });

  it('that fails, or cannot be had, ends with 11', async () => {
    const failing = await player(`console.error('no display'); process.exitCode = 1;`);
    const pull = await pullAll(['--play'], SENT, { env: { PATH: failing } });
    expect(await pull.exit()).toBe(11);
    expect(pull.stderr).toMatch(/FFmpeg said: no display/);
    const missing = runs.start(['pull', 'rtmp://127.0.0.1:1/live/x', '--play'], { env: { PATH: '/nowhere' } });
    expect(await missing.exit()).toBe(11);
    expect(missing.stderr).toMatch(/ffplay or mpv is needed/);
    expect(missing.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
  });
});

describe.concurrent('parts', () => {
  it('play alone, and together are the stream', async () => {
    const path = runs.file('parts.flv');
    const pull = await pullAll([path, '--segment', '1s', '--json']);
    expect(await pull.exit()).toBe(0);
    const parts = await Promise.all([1, 2, 3, 4].map((n) => readFlvFile(runs.file(`parts-00${n}.flv`))));
    for (const [i, { tags, metadata, damages }] of parts.entries()) {
      expect(damages).toEqual([]);
      expect(metadata.get('duration')).toBeCloseTo(1, 1);
      expect(tags.slice(1, i === 0 ? 2 : 3).every(isSequenceHeader)).toBe(true);
      const first = frames(tags).find(({ kind }) => kind === 'video');
      expect(first !== undefined && isKeyframe(first) && first.timestampMs).toBeLessThan(30);
    }
    const joined = parts
      .flatMap(({ tags }) => frames(tags))
      .map(({ kind, body }) => ({ kind, body: Buffer.from(body) }));
    expect(joined).toEqual(frames(SENT).map(({ kind, body }) => ({ kind, body: Buffer.from(body) })));
    expect(pull.events.at(-1)).toMatchObject({ event: 'ended', output: path, parts: 4, final: true });
    const started = pull.events.filter(({ event }) => event === 'started').map((event) => event['output']);
    expect(started).toEqual([1, 2, 3, 4].map((n) => runs.file(`parts-00${n}.flv`)));
  });

  it('are limited in size, too', async () => {
    const path = runs.file('sized.flv');
    const large = syntheticStream({
      video: 'h264',
      durationMs: 4_000,
      gopMs: 200,
      keyframeBytes: 30_000,
      frameBytes: 5_000,
    });
    await pullAll([path, '--segment', '1h', '--max-size', '300K'], large);
    const sizes = await Promise.all([1, 2, 3].map(async (n) => (await readFile(runs.file(`sized-00${n}.flv`))).length));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300 * 1024);
    expect(sizes[0]).toBeGreaterThan(200 * 1024);
  });

  it('begin with a changed configuration when that is wanted; else it is warned of', async () => {
    const other = (tag: MediaTag): MediaTag => {
      if (tag.kind !== 'video' || !isSequenceHeader(tag)) return tag;
      const body = Uint8Array.from(tag.body);
      body[8] = 0x0b; // level 1.1 instead of 1.0
      return { ...tag, body };
    };
    const second = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 1_000, startMs: 4_000 }).map(other);
    const changing = [...SENT, ...withoutMetadata(second)];
    const [split, whole] = [runs.file('split.flv'), runs.file('whole.flv')];
    const splitting = await pullAll([split, '--split-on-change', '--json'], changing);
    expect(splitting.events.at(-1)).toMatchObject({ event: 'ended', output: split, parts: 2 });
    expect(frames((await readFlvFile(split)).tags)).toHaveLength(frames(SENT).length);
    const part = await readFlvFile(runs.file('split-002.flv'));
    expect(frames(part.tags)).toHaveLength(frames(second).length);
    expect(part.tags.find((tag) => tag.kind === 'video')?.body[8]).toBe(0x0b);

    const keeping = await pullAll([whole, '--json'], changing);
    expect(keeping.events.filter(({ event }) => event === 'warning')).toMatchObject([
      { code: 'WARN_CONFIGURATION_CHANGED', message: expect.stringContaining('4.0 s') },
    ]);
    expect(differenceIn((await readFlvFile(whole)).tags, changing)).toBeUndefined();
  });
});

describe.concurrent('appending', () => {
  it('goes on in what a killed recorder left, on one timeline', async () => {
    const server = await runs.serve();
    const path = runs.file('killed.flv');
    const live = await Publication.begin(runs, `${server.url}/live/killed`, SENT);
    const first = runs.start(['pull', '--json', `${server.url}/live/killed`, path]);
    await first.event('started');
    await live.continue();
    await first.event('stats', ({ positionMs }) => Number(positionMs) > 500);
    first.kill('SIGKILL');
    await first.exit();
    const left = frames((await readFlvFile(path)).tags);

    const pull = await pullAll([path, '--append', '--json']);
    expect(await pull.exit()).toBe(0);
    const { tags, damages, metadata } = await readFlvFile(path);
    const all = frames(tags);
    expect(damages).toEqual([]);
    expect(all.map(({ body }) => body.length)).toEqual([...left, ...frames(SENT)].map(({ body }) => body.length));
    expect(differenceIn(all.slice(0, left.length), left)).toBeUndefined();
    for (const kind of ['audio', 'video']) {
      const times = all.filter((tag) => tag.kind === kind).map(({ timestampMs }) => timestampMs);
      const steps = times.slice(1).map((ms, i) => ms - times[i]!);
      expect(Math.min(...steps)).toBeGreaterThan(0);
      expect(Math.max(...steps)).toBeLessThan(130);
    }
    const lastMs = Math.max(...all.map(({ timestampMs }) => timestampMs));
    expect(metadata.get('duration')).toBeCloseTo(lastMs / 1_000, 0);
    expect(metadata.get('keyframes')).toBeDefined();
    const ended = await pull.event('ended', ({ final }) => final === true);
    expect(ended).toMatchObject({
      bytes: statSync(path).size,
      videoTags: tags.filter(({ kind }) => kind === 'video').length,
    });
    expect(ended['durationMs']).toBeCloseTo(Number(metadata.get('duration')) * 1_000, -1);
  });
});

describe.concurrent('what of the stream', () => {
  it.each([
    ['--audio-only', 'audio', 'video'],
    ['--video-only', 'video', 'audio'],
  ])('%s leaves the other kind out', async (option, wanted, unwanted) => {
    const path = runs.file(`${wanted}.flv`);
    await pullAll([path, option]);
    const { tags, metadata } = await readFlvFile(path);
    expect(
      differenceIn(
        tags,
        SENT.filter(({ kind }) => kind === wanted),
      ),
    ).toBeUndefined();
    expect([metadata.get('hasAudio'), metadata.get('hasVideo')]).toEqual([wanted === 'audio', wanted === 'video']);
    expect([...metadata.keys()].some((name) => name.startsWith(`${unwanted}codec`))).toBe(false);
  });

  it('--max-size ends before the file gets larger', async () => {
    const path = runs.file('small.flv');
    const large = syntheticStream({ video: 'h264', durationMs: 4_000, frameBytes: 5_000 });
    const pull = await pullAll([path, '--max-size', '200K', '--json'], large);
    expect(await pull.exit()).toBe(0);
    expect(pull.events.at(-1)).toMatchObject({ event: 'ended', reason: 'the wanted size is reached' });
    const { length } = await readFile(path);
    expect(length).toBeLessThanOrEqual(200 * 1024);
    expect(length).toBeGreaterThan(150 * 1024);
  });

  it('--data-out writes data messages as lines of JSON', async () => {
    const path = runs.file('data.ndjson');
    const chat = (timestampMs: number, text: string): MediaTag => ({
      kind: 'data',
      timestampMs,
      body: encodeAmf0('onChat', amfObject({ text, from: 'me', at: timestampMs })),
    });
    const sent = [...SENT, chat(1_000, 'hello'), chat(2_000, 'grüße\n')].sort((a, b) => a.timestampMs - b.timestampMs);
    await pullAll([runs.file('data.flv'), '--data-out', path], sent);
    expect(await readFile(path, 'utf8')).toBe(
      '{"at":1000,"name":"onChat","value":{"text":"hello","from":"me","at":1000}}\n' +
        '{"at":2000,"name":"onChat","value":{"text":"grüße\\n","from":"me","at":2000}}\n',
    );
    const pull = await pullAll(['--data-out', '-'], sent);
    expect(pull.stdout.toString()).toBe(await readFile(path, 'utf8'));
  });

  it('takes it from a local file, too', async () => {
    const [source, path] = [runs.file('local.flv'), runs.file('local-out.flv')];
    await pullAll([source]);
    const pull = runs.start(['pull', '--json', source, path, '--start', '2s', '--duration', '1s', '--video-only']);
    expect(await pull.exit()).toBe(0);
    const times = frames((await readFlvFile(path)).tags).map(({ timestampMs }) => timestampMs);
    expect([times.length, times[0], times.at(-1)]).toEqual([25, 2_000, 2_960]);
    const same = runs.start(['pull', source, source, '--overwrite', '--duration', '1s']);
    expect(await same.exit()).toBe(2);
    expect(differenceIn((await readFlvFile(source)).tags, SENT)).toBeUndefined();
  });
});

describe.concurrent('a command', () => {
  it('that ends well ends the pull well, however much it has read', async () => {
    const pull = await pullAll(['--pipe', 'head -c 3 >&2; exit 0', '--json']);
    expect(await pull.exit()).toBe(0);
    expect(pull.stderr).toContain('FLV');
    expect(pull.events.at(-1)).toMatchObject({
      event: 'ended',
      output: 'head -c 3 >&2; exit 0',
      medium: 'command',
      final: true,
    });
  });

  it('that fails is told with its exit status', async () => {
    const pull = await pullAll(['--pipe', 'cat > /dev/null; exit 7']);
    expect(await pull.exit()).toBe(13);
    expect(pull.stderr).toMatch(/the command "cat > \/dev\/null; exit 7" ended with exit status 7/);
  });

  it('says what it has to say on standard output, but not between events', async () => {
    const plain = await pullAll(['--pipe', 'wc -c']);
    expect(Number(plain.stdout.toString())).toBeGreaterThan(40_000);
    const json = await pullAll(['--pipe', 'wc -c', '--json']);
    expect(json.strayOutput.trim()).toBe('');
    expect(json.stderr).toMatch(/\d+/);
  });

  it.each<[string, string]>([
    ['that waits for nothing', 'echo here >&2; sleep 1000'],
    ['that does not want to end', `trap '' TERM; echo here >&2; sleep 1000; sleep 1000`],
  ])('%s does not keep a pull from ending by a signal', async (_, command) => {
    const server = await runs.serve();
    const url = `${server.url}/live/name`;
    const publication = await Publication.begin(runs, url, SENT);
    await publication.continue();
    const pull = runs.start(['pull', url, '--pipe', command]);
    await pull.says(/here/);
    pull.kill('SIGTERM');
    expect(await pull.exit()).toBe(143);
    expect(pull.stderr).not.toContain('failed');
  });

  it('may finish what it does with what it got when a pull is interrupted', async () => {
    const server = await runs.serve();
    const url = `${server.url}/live/name`;
    const publication = await Publication.begin(runs, url, SENT);
    await publication.continue();
    const path = runs.file('finished.txt');
    const pull = runs.start([
      'pull',
      url,
      '--pipe',
      `echo here >&2; cat > /dev/null; sleep 0.3; echo done > '${path}'`,
    ]);
    await pull.says(/here/);
    pull.kill('SIGINT');
    expect(await pull.exit()).toBe(130);
    expect(await readFile(path, 'utf8')).toBe('done\n');
  });

  it.each<[string, NodeJS.Signals, number]>([
    ['killed', 'SIGKILL', 137],
    ['interrupted', 'SIGINT', 130],
  ])('does not outlive a pull that is %s', async (name, signal, status) => {
    const server = await runs.serve();
    const url = `${server.url}/live/${name}`;
    const publication = await Publication.begin(runs, url, SENT);
    await publication.continue();
    const script = 'console.error("pid", process.pid); process.stdin.resume();';
    const hanging = `${script} setInterval(() => {}, 1e6);`;
    const pull = runs.start(['pull', url, '--pipe', nodeCommand(signal === 'SIGKILL' ? hanging : script)]);
    await pull.says(/pid \d+/);
    await pull.says(/piping it into/); // by then it sees to the command, which may be the first to speak
    const pid = Number(/pid (\d+)/.exec(pull.stderr)?.[1]);
    expect(isRunning(pid)).toBe(true);
    pull.kill(signal);
    expect(await pull.exit()).toBe(status);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });
  });
});
