import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMPTY_REPORT } from '../../src/analysis/empty-report.js';
import type { InputStream } from '../../src/cli/world.js';
import { stdinWith } from './fake-terminal.js';
import { run, telling } from './fake-world.js';

const URL = 'rtmp://host/live/name';
let folder = '';

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rtmpkit-cli-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('push', () => {
  it('has the values of the surface when nothing is said', async () => {
    const { push, exitCode } = await run(['push', 'film.flv', URL]);
    expect(exitCode).toBe(0);
    expect(push).toEqual({
      input: 'film.flv',
      url: URL,
      speed: 1,
      plays: 1,
      startMs: 0,
      durationMs: undefined,
      maxQueueMs: 3_000,
      timeoutMs: 10_000,
      stallTimeoutMs: 15_000,
      retry: { delayMs: 1_000, maxDelayMs: 30_000 },
      tls: {},
      encoding: {},
    });
  });

  it('passes its options on', async () => {
    const argv = ['push', 'film.flv', URL, '--speed', '2', '--loop', '3', '--start', '1m', '--duration', '10s'];
    const { push } = await run([
      ...argv,
      '--max-queue',
      '500ms',
      '--timeout',
      '1',
      '--stall-timeout',
      '2s',
      '--tls-insecure',
    ]);
    expect(push).toMatchObject({ speed: 2, plays: 3, startMs: 60_000, durationMs: 10_000, maxQueueMs: 500 });
    expect(push).toMatchObject({ timeoutMs: 1_000, stallTimeoutMs: 2_000, tls: { insecure: true } });
  });

  it('passes on how media is to be encoded', async () => {
    const { push } = await run([
      ...['push', 'film.avi', URL, '--size', '640x360', '--fps', '29.97', '--video-codec', 'H264'],
      ...['--video-bitrate', '2500k', '--gop', '2s', '--audio-codec', 'mp3', '--audio-bitrate', '96k'],
      ...['--preset', 'fast', '--low-latency', '--ffmpeg', '/opt/ffmpeg', '--ffmpeg-args', "-metadata 'a=b c' -x"],
    ]);
    expect(push?.ffmpegPath).toBe('/opt/ffmpeg');
    expect(push?.encoding).toEqual({
      size: { width: 640, height: 360 },
      fps: 29.97,
      videoCodec: 'h264',
      videoBitrateBps: 2_500_000,
      gopMs: 2_000,
      audioCodec: 'mp3',
      audioBitrateBps: 96_000,
      preset: 'fast',
      lowLatency: true,
      extraArgs: ['-metadata', 'a=b c', '-x'],
    });
  });

  it('lists devices without an input', async () => {
    const devices = [{ kind: 'camera', name: 'HD\u001b Webcam', input: 'camera:HD Webcam' }] as const;
    const script = telling({ event: 'devices', devices });
    const table = await run(['push', '--list-devices'], { script, environment: { RTMPKIT_FFMPEG: '/opt/ffmpeg' } });
    expect(table).toMatchObject({ exitCode: 0, devices: { ffmpegPath: '/opt/ffmpeg' } });
    expect(table.stdout.text).toMatch(/^INPUT +KIND +NAME\n"camera:HD Webcam" +camera +HD.* Webcam\n$/);
    expect(table.stdout.text).not.toContain('\u001b');
    const json = await run(['push', '--list-devices', '--json'], { script });
    expect(JSON.parse(json.stdout.text)).toMatchObject({ event: 'devices', devices });
    const none = await run(['push', '--list-devices'], { script: telling({ event: 'devices', devices: [] }) });
    expect(none.stdout.text).toMatch(/^no cameras/);
  });

  it('waits for the server with --no-drop and with --speed 0', async () => {
    const forEver = Number.POSITIVE_INFINITY;
    expect((await run(['push', 'f', URL, '--no-drop'])).push?.maxQueueMs).toBe(forEver);
    expect((await run(['push', 'f', URL, '--speed', '0'])).push?.maxQueueMs).toBe(forEver);
    expect((await run(['push', 'f', URL], { environment: { RTMPKIT_NO_DROP: 'true' } })).push?.maxQueueMs).toBe(
      forEver,
    );
    expect((await run(['push', '--loop', 'f', URL])).push?.plays).toBe(forEver);
  });

  it('reads standard input for -', async () => {
    const { push } = await run(['push', '-', URL], { stdin: 'FLV' });
    expect(typeof push?.input).toBe('object');
  });

  it('takes no media from a keyboard', async () => {
    const keyboard = Object.assign(stdinWith(''), { isTTY: true }) as InputStream;
    const { exitCode, stderr, push } = await run(['push', '-', URL], { stdin: keyboard });
    expect([exitCode, push]).toEqual([2, undefined]);
    expect(stderr.text).toMatch(/media does not come from a terminal\n {2}hint: name a file, or pipe it/);
  });

  it('does without a URL, and then without a key', async () => {
    const { push } = await run(['push', 'film.flv'], { environment: { RTMPKIT_KEY: 'hush' } });
    expect(push?.url).toBeUndefined();
    expect(push?.streamName).toBeUndefined();
  });

  it('takes the last of several operands for the target if it is a URL, and all others for inputs', async () => {
    const { push } = await run(['push', 'a.flv', '@list.txt', 'https://host/b.flv', URL]);
    expect(push).toMatchObject({ input: ['a.flv', '@list.txt', 'https://host/b.flv'], url: URL });
    const offered = await run(['push', 'a.flv', 'b.flv']);
    expect(offered.push).toMatchObject({ input: ['a.flv', 'b.flv'], url: undefined });
    const piped = await run(['push', 'a.flv', '-', URL]);
    expect(piped.push?.input).toEqual(['a.flv', expect.objectContaining({ readable: true })]);
  });

  it('passes metadata on, each as what it looks like', async () => {
    const argv = [
      'push',
      'f',
      URL,
      '--metadata',
      'title=One, two three',
      '--metadata',
      'width=1280',
      '--metadata=encoder=',
    ];
    expect((await run(argv)).push?.metadata).toEqual({ title: 'One, two three', width: 1280, encoder: null });
    const environment = { RTMPKIT_METADATA: 'title=a, b\nlive=true' };
    expect((await run(['push', 'f', URL], { environment })).push?.metadata).toEqual({ title: 'a, b', live: true });
    const config = await file('metadata.json', '{"metadata": ["title=x y", "n=\\"1\\""]}');
    expect((await run(['push', 'f', URL, '--config', config])).push?.metadata).toEqual({ title: 'x y', n: '1' });
  });

  it('reads data from a file or from standard input', async () => {
    expect((await run(['push', 'f', URL, '--data', 'chat.jsonl'])).push?.data).toBe('chat.jsonl');
    expect(typeof (await run(['push', 'f', URL, '--data', '-'])).push?.data).toBe('object');
  });

  it.each([
    ['push', 'f', URL, '--to', ''],
    ['push', 'f', URL, '--to', 'rtmp://host/live/hush-hush-hush', '--to', '\n'],
    ['relay', URL, '--to', 'rtmp://host/live/hush-hush-hush', '--to', ''],
  ])('leaves no empty target out without a word: %j', async (...argv) => {
    const { exitCode, stderr } = await run(argv);
    expect(exitCode).toBe(2);
    expect(stderr.text).toMatch(/--to: expected an RTMP URL/);
    expect(stderr.text).not.toContain('hush-hush-hush');
  });

  it.each([
    [['push', 'f', URL, 'g'], 'push takes nothing from RTMP'],
    [['push', '-', '-', URL], 'standard input (-) can be sent only once'],
    [['push', '-', URL, '--data', '-'], 'the media and the data cannot both come from standard input'],
    [['push', 'f', 'rtmp://host/live', '--key', '-', '--data', '-'], 'the stream key and the data cannot both come'],
    [['push', 'f', URL, '--metadata', 'title'], '--metadata: expected NAME=VALUE'],
    [['push'], 'push needs something to send'],
    [['push', URL], 'push takes nothing from RTMP'],
    [['push', 'f', 'http://host/live/x'], 'http://'],
    [['push', 'f', 'rtmp://host/live'], 'does not name a stream'],
    [['push', '-', 'rtmp://host/live', '--key', '-'], 'cannot both come from standard input'],
    [['push', 'f', URL, '--tls-cert', 'x.pem'], '--tls-cert and --tls-key belong together'],
    [['push', 'f', URL, '--quiet', '--verbose'], '--quiet and --verbose contradict each other'],
    [['push', 'f', URL, '--timeout', '0'], '--timeout: expected'],
    [['push', 'f', URL, '--size', '641x360'], '--size: expected a size with even sides'],
    [['push', 'f', URL, '--video-codec', 'vp8'], '--video-codec: expected one of copy, h264, hevc, av1'],
    [['push', 'f', URL, '--ffmpeg-args', "'open"], '--ffmpeg-args: expected arguments'],
    [['push', 'f', URL, '--ffmpeg-args'], '--ffmpeg-args needs a value'],
  ])('refuses %j', async (argv, message) => {
    const { exitCode, stderr, push } = await run(argv);
    expect(exitCode).toBe(2);
    expect(stderr.text).toContain(message);
    expect(stderr.lines.length).toBeLessThanOrEqual(3);
    expect(push).toBeUndefined();
  });
});

describe('trying again', () => {
  it.each(['push', 'pull', 'probe'] as const)('is an option of %s', async (name) => {
    const operands = name === 'push' ? ['f', URL] : [URL];
    const options = ['--retry', '5', '--retry-delay', '200ms', '--retry-max-delay', '2s'];
    const command = (await run([name, ...operands, ...options]))[name];
    expect(command?.retry).toEqual({ attempts: 5, delayMs: 200, maxDelayMs: 2_000 });
    const forever = (await run([name, ...operands, '--retry', 'forever']))[name];
    expect(forever?.retry?.attempts).toBe(Number.POSITIVE_INFINITY);
    expect((await run([name, ...operands, '--retry', '-1'])).exitCode).toBe(2);
  });
});

describe('probe', () => {
  it('has the values of the surface when nothing is said', async () => {
    const { probe, exitCode } = await run(['probe', URL]);
    expect(exitCode).toBe(0);
    expect(probe).toEqual({
      source: URL,
      durationMs: undefined,
      expect: [],
      watch: false,
      nowMs: expect.any(Function),
      timeoutMs: 10_000,
      stallTimeoutMs: 15_000,
      retry: { attempts: undefined, delayMs: 1_000, maxDelayMs: 30_000 },
      tls: {},
    });
  });

  it('passes its options on; an expectation may hold blanks and commas', async () => {
    const expectations = ['--expect', 'video.fps >= 25', '--expect', 'metadata.title=="a, b"'];
    const { probe } = await run([
      'probe',
      URL,
      '--duration',
      '0',
      ...expectations,
      '--tls-insecure',
      '--name',
      'other',
    ]);
    expect(probe).toMatchObject({ durationMs: 0, expect: ['video.fps >= 25', 'metadata.title=="a, b"'] });
    expect(probe).toMatchObject({ tls: { insecure: true }, streamName: 'other' });
  });

  it('passes on where a page is to be written', async () => {
    expect((await run(['probe', URL, '--report', 'out.html'])).probe?.page).toMatchObject({
      path: 'out.html',
      overwrite: false,
    });
    const { probe } = await run(['probe', 'film.flv', '--report', 'out.html', '--overwrite']);
    expect(probe?.page).toMatchObject({ path: 'out.html', overwrite: true });
  });

  it('hides the key in what goes into a page', async () => {
    const { probe } = await run(['probe', 'rtmp://host/live/hush-hush-hush', '--report', 'out.html']);
    const cover = probe!.page!.cover!;
    expect(cover.text('no stream hush-hush-hush')).toBe('no stream ****');
    expect(cover.report({ ...EMPTY_REPORT, metadata: { title: 'hush-hush-hush' } }).metadata).toEqual({
      title: '****',
    });
  });

  it('takes expectations from the environment and from a file', async () => {
    const environment = { RTMPKIT_EXPECT: 'video.fps >= 25' };
    expect((await run(['probe', URL], { environment })).probe?.expect).toEqual(['video.fps >= 25']);
    const config = await file('expect.json', '{"expect": ["video.fps>=25", "audio!=null"]}');
    expect((await run(['probe', URL, '--config', config])).probe?.expect).toEqual(['video.fps>=25', 'audio!=null']);
  });

  it.each(['publish', 'conformance'] as const)('tries out %s', async (tryOut) => {
    expect((await run(['probe', URL, `--${tryOut}`])).probe?.tryOut).toBe(tryOut);
  });

  it('takes a file', async () => {
    expect((await run(['probe', 'film.flv'])).probe?.source).toBe('film.flv');
  });

  it.each([
    [[], /needs the URL of a stream, or a file/],
    [['-'], /not at standard input/],
    [['a', 'b'], /one argument/],
    [['http://host/live/name'], /expected rtmp/],
    [[URL, '--expect', 'video.fsp>=25'], /no "video.fsp"[\s\S]*did you mean video.fps\?/],
    [[URL, '--expect', 'video.fps>=fast'], /needs a number/],
    [[URL, '--expect', ''], /--expect: expected an expectation[^,]*, got \\?""/],
    [[URL, '--expect', 'video.fps>=25', '--expect', ''], /--expect: expected an expectation/],
    [[URL, '--publish', '--conformance'], /one at a time/],
    [['film.flv', '--publish'], /takes the URL of a stream/],
    [[URL, '--duration', 'long'], /expected a duration/],
    [[URL, '--publish', '--report', 'a.html'], /--report looks at a stream, and --publish at none/],
    [[URL, '--report', '-'], /writes a file/],
    [[URL, '--watch'], /needs a terminal[\s\S]*--report/],
    [[URL, '--watch', '--json'], /"--watch and --json contradict each other"/],
    [[URL, '--watch', '--quiet'], /--watch and --quiet/],
    [[URL, '--watch', '--duration', '0'], /--watch and --duration 0/],
    [['film.flv', '--watch'], /looks at a live stream/],
  ])('refuses %j before anything is done', async (argv, words) => {
    const { exitCode, stderr, stdout, probe } = await run(['probe', ...argv]);
    expect(exitCode).toBe(2);
    expect(stderr.text + stdout.text).toMatch(words);
    expect(probe).toBeUndefined();
  });
});

describe('pull', () => {
  it('has the values of the surface when nothing is said', async () => {
    const { pull } = await run(['pull', URL]);
    expect(pull).toEqual({
      source: URL,
      outputs: [],
      overwrite: false,
      append: false,
      splitOnChange: false,
      timeoutMs: 10_000,
      stallTimeoutMs: 15_000,
      retry: { delayMs: 1_000, maxDelayMs: 30_000 },
      tls: {},
    });
  });

  it('writes to files, and to standard output for -', async () => {
    const { pull, stdout } = await run(['pull', URL, 'out.flv', '-', 'out.ts', '--duration', '5', '--overwrite']);
    expect(pull).toMatchObject({ outputs: ['out.flv', stdout, 'out.ts'], overwrite: true, durationMs: 5_000 });
  });

  it('has other places to go to', async () => {
    const argv = ['pull', URL, '--play', '--pipe', 'wc -c', '--snapshot', 'a.png', '--data-out', 'd.ndjson'];
    expect((await run(argv)).pull?.outputs).toEqual([
      { kind: 'window' },
      { kind: 'command', command: 'wc -c', stdout: 'inherit' },
      { kind: 'picture', path: 'a.png' },
      { kind: 'data', target: 'd.ndjson' },
    ]);
    expect((await run(['pull', URL, '--pipe', 'wc -c', '--json'])).pull?.outputs).toMatchObject([{ stdout: 'stderr' }]);
    const { pull, stdout } = await run(['pull', URL, '--data-out', '-']);
    expect(pull?.outputs).toEqual([{ kind: 'data', target: stdout }]);
  });

  it('passes its options on', async () => {
    const parts = ['--segment', '10m', '--split-on-change', '--max-size', '1.5G', '--audio-only'];
    const played = ['--start', '1m', '--buffer', '5s', '--append', '--ffmpeg', '/opt/ffmpeg'];
    expect((await run(['pull', URL, 'out.flv', ...parts, ...played])).pull).toMatchObject({
      segmentMs: 600_000,
      splitOnChange: true,
      maxSizeBytes: 1.5 * 1024 ** 3,
      only: 'audio',
      startMs: 60_000,
      bufferMs: 5_000,
      append: true,
      ffmpegPath: '/opt/ffmpeg',
    });
    expect((await run(['pull', URL, '--video-only'])).pull?.only).toBe('video');
  });

  it('has no URL as an output, and does not repeat one, which may hold a key', async () => {
    const { exitCode, stderr, pull } = await run(['pull', URL, 'rtmp://host/live/hush-hush-hush']);
    expect({ exitCode, pull }).toEqual({ exitCode: 2, pull: undefined });
    expect(stderr.lines).toEqual([
      'rtmpkit pull: pull writes into files, and an output is a URL',
      '  hint: rtmpkit relay URL --to URL sends a stream on to a server, rtmpkit push FILE URL a file',
    ]);
  });

  it.each([
    [['-', '-'], 'two outputs both want standard output'],
    [['-', '--data-out', '-'], 'the output - and --data-out - both want standard output'],
    [['--data-out', '-', '--json'], '--json and --data-out - both want standard output'],
    [['--video-only', '--audio-only'], 'together leave nothing'],
    [['--segment', '10ms'], '--segment: expected a duration'],
    [['--max-size', '10K'], '--max-size: expected a size'],
  ])('refuses %j', async (argv, message) => {
    const { exitCode, stderr, stdout, pull } = await run(['pull', URL, ...argv]);
    expect(exitCode).toBe(2);
    expect(stderr.text + stdout.text).toContain(message);
    expect(pull).toBeUndefined();
  });

  it('repairs local files', async () => {
    expect((await run(['pull', 'damaged.flv', 'fixed.flv'])).pull).toMatchObject({
      source: 'damaged.flv',
      outputs: ['fixed.flv'],
    });
  });

  it('refuses JSON and media on the same stream, and wrong schemes', async () => {
    const both = await run(['pull', URL, '-', '--json']);
    expect(both.exitCode).toBe(2);
    expect(JSON.parse(both.stdout.text)).toMatchObject({ event: 'error', code: 'ERR_USAGE', exitCode: 2 });
    expect((await run(['pull', 'https://host/x.flv'])).stderr.text).toContain('https://');
    expect((await run(['pull'])).stderr.text).toContain('pull needs the URL');
  });
});

describe('serve', () => {
  it('has the values of the surface when nothing is said', async () => {
    const { serve } = await run(['serve']);
    expect(serve).toMatchObject({
      listen: [{ host: '127.0.0.1', port: 1935 }],
      gopCache: true,
      recordDirectory: undefined,
      drainMs: 0,
      graceMs: 10_000,
      maxMemoryBytes: 512 * 1024 * 1024,
      maxLatencyMs: 40,
      showKeys: false,
    });
  });

  it('passes its options on', async () => {
    const argv = [
      'serve',
      '--listen',
      ':1935',
      '--listen',
      '[::1]:1936',
      '--no-gop-cache',
      '--record',
      'dir',
      '--grace',
      '0',
    ];
    const { serve } = await run([
      ...argv,
      '--max-connections',
      '5',
      '--max-memory',
      '64M',
      '--max-latency',
      '350ms',
      '--show-keys',
    ]);
    expect(serve).toEqual({
      listen: [
        { host: '', port: 1935 },
        { host: '::1', port: 1936 },
      ],
      gopCache: false,
      recordDirectory: 'dir',
      drainMs: 0,
      graceMs: 0,
      maxConnections: 5,
      maxMemoryBytes: 64 * 1024 * 1024,
      maxLatencyMs: 350,
      showKeys: true,
    });
    expect((await run(['serve', '--max-connections-per-address', '7'])).serve?.maxConnectionsPerAddress).toBe(7);
  });
});

describe('the stream key', () => {
  const APP = 'rtmp://host/live';

  it('comes from a file, the environment, standard input or a configuration file', async () => {
    const keyFile = await file('key.txt', 'hush1\r\nsecond line\n');
    const config = await file('key.json', '{"key": "hush4"}');
    const names = await Promise.all([
      run(['push', 'f', APP, '--key-file', keyFile]),
      run(['push', 'f', APP], { environment: { RTMPKIT_KEY: 'hush2' } }),
      run(['push', 'f', APP, '--key', '-'], { stdin: 'hush3\nmore' }),
      run(['push', 'f', APP, '--config', config]),
      run(['push', 'f', APP], { environment: { RTMPKIT_KEY_FILE: keyFile } }),
      run(['push', 'f', APP, '--key-file', '-'], { stdin: 'hush5' }),
    ]);
    expect(names.map(({ push }) => push?.streamName)).toEqual(['hush1', 'hush2', 'hush3', 'hush4', 'hush1', 'hush5']);
  });

  it('of the command line replaces the name in the URL, of the environment does not', async () => {
    const keyFile = await file('key2.txt', 'hush');
    expect((await run(['push', 'f', URL, '--key-file', keyFile])).push?.streamName).toBe('hush');
    expect((await run(['push', 'f', URL], { environment: { RTMPKIT_KEY: 'hush' } })).push?.streamName).toBeUndefined();
    expect((await run(['pull', APP, 'o'], { environment: { RTMPKIT_KEY: 'hush' } })).pull?.streamName).toBe('hush');
  });

  it('gives way to nothing weaker, and fights with its equals', async () => {
    const keyFile = await file('key3.txt', 'hush');
    const environment = { RTMPKIT_KEY: 'other', RTMPKIT_NAME: 'third' };
    expect((await run(['push', 'f', APP, '--key-file', keyFile], { environment })).push?.streamName).toBe('hush');
    const rivals = await run(['push', 'f', APP, '--key-file', keyFile, '--name', 'x']);
    expect(rivals.stderr.text).toContain('--name and --key-file both name the stream');
  });

  it('does not stand on the command line', async () => {
    for (const argv of [
      ['push', 'f', APP, '--key', 'hush-hush'],
      ['push', 'f', '--key=hush-hush'],
      ['pull', APP, '--key', 'hush-hush'],
    ]) {
      const { exitCode, stderr } = await run(argv);
      expect(exitCode).toBe(2);
      expect(stderr.text).toContain('--key takes only -');
      expect(stderr.text).not.toContain('hush-hush');
    }
  });

  it('must be there when it is promised', async () => {
    const empty = await file('empty.txt', '\n');
    expect((await run(['push', 'f', APP, '--key-file', empty])).stderr.text).toContain(
      'no stream key in its first line',
    );
    expect((await run(['push', 'f', APP, '--key', '-'])).stderr.text).toContain('no stream key in its first line');
    const missing = await run(['push', 'f', APP, '--key-file', join(folder, 'none')]);
    expect(missing.exitCode).toBe(7);
    expect(missing.stderr.text).toContain('there is no key file');
  });

  it('is joined by --app and --name', async () => {
    const { push } = await run(['push', 'f', URL, '--app', 'other', '--name', 'dir/film?x=1']);
    expect(push).toMatchObject({ url: URL, app: 'other', streamName: 'dir/film?x=1' });
  });
});

describe('layers', () => {
  it('come together', async () => {
    const config = await file('all.json', '{"timeout": "1s", "stall-timeout": 2, "max-queue": "3s", "json": true}');
    const environment = { RTMPKIT_CONFIG: config, RTMPKIT_STALL_TIMEOUT: '4s', RTMPKIT_MAX_QUEUE: '5s' };
    const { push } = await run(['push', 'f', URL, '--max-queue', '6s'], { environment });
    expect(push).toMatchObject({ timeoutMs: 1_000, stallTimeoutMs: 4_000, maxQueueMs: 6_000 });
  });

  it('refuse files that are not there or not understood', async () => {
    const broken = await file('broken.json', '{"key": "hush",');
    const result = await run(['push', 'f', URL, '--config', broken]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr.text).toContain('broken.json: not valid JSON');
    expect(result.stderr.text).not.toContain('hush');
    expect((await run(['push', 'f', URL, '--config', join(folder, 'none.json')])).exitCode).toBe(7);
    const foreign = await file('foreign.json', '{"listen": ":1935"}');
    expect((await run(['push', 'f', URL, '--config', foreign])).stderr.text).toContain('unknown option "listen"');
  });

  it('ask for every message from the second -v on, unless silence is stronger', async () => {
    expect((await run(['push', 'f', URL, '-v'])).push?.messages).toBeUndefined();
    expect((await run(['push', 'f', URL, '-vv'])).push?.messages).toBe('redacted');
    expect((await run(['pull', URL, '-v', '--verbose', '--show-keys'])).pull?.messages).toBe('complete');
    expect((await run(['serve', '--json'], { environment: { RTMPKIT_VERBOSE: '2' } })).serve?.messages).toBe(
      'redacted',
    );
    expect((await run(['serve', '-q'], { environment: { RTMPKIT_VERBOSE: '2' } })).serve?.messages).toBeUndefined();
  });

  it('let the stronger of silence and talk win', async () => {
    const quiet = await run(['push', 'f', URL, '-q'], { environment: { RTMPKIT_VERBOSE: '1' } });
    expect(quiet.exitCode).toBe(0);
    expect((await run(['push', 'f', URL, '-v'], { environment: { RTMPKIT_QUIET: '1' } })).exitCode).toBe(0);
  });
});

describe('TLS files', () => {
  const pem = (kind: string) => `-----BEGIN ${kind}-----\nMIIB\n-----END ${kind}-----\n`;

  it('are read', async () => {
    const ca = await file('ca.pem', pem('CERTIFICATE'));
    const key = await file('key.pem', pem('EC PRIVATE KEY'));
    const { push } = await run(['push', 'f', 'rtmps://host/a/b', '--tls-ca', ca, '--tls-cert', ca, '--tls-key', key]);
    expect(push?.tls).toEqual({ ca: pem('CERTIFICATE'), certificate: pem('CERTIFICATE'), key: pem('EC PRIVATE KEY') });
  });

  it('must hold what is expected', async () => {
    const key = await file('only-key.pem', pem('PRIVATE KEY'));
    const wrong = await run(['push', 'f', 'rtmps://host/a/b', '--tls-ca', key]);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr.text).toContain('--tls-ca: expected a PEM file with a CERTIFICATE');
    expect((await run(['push', 'f', 'rtmps://host/a/b', '--tls-ca', join(folder, 'none')])).exitCode).toBe(7);
  });
});
