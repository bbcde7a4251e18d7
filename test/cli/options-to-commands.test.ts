import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './fake-world.js';

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

  it('does without a URL, and then without a key', async () => {
    const { push } = await run(['push', 'film.flv'], { environment: { RTMPKIT_KEY: 'hush' } });
    expect(push?.url).toBeUndefined();
    expect(push?.streamName).toBeUndefined();
  });

  it.each([
    [['push'], 'push needs a file to send'],
    [['push', URL], 'push sends a file; the file comes first'],
    [['push', 'f', 'http://host/live/x'], 'http://'],
    [['push', 'f', 'rtmp://host/live'], 'does not name a stream'],
    [['push', '-', 'rtmp://host/live', '--key', '-'], 'cannot both come from standard input'],
    [['push', 'f', URL, '--tls-cert', 'x.pem'], '--tls-cert and --tls-key belong together'],
    [['push', 'f', URL, '--quiet', '--verbose'], '--quiet and --verbose contradict each other'],
    [['push', 'f', URL, '--timeout', '0'], '--timeout: expected'],
  ])('refuses %j', async (argv, message) => {
    const { exitCode, stderr, push } = await run(argv);
    expect(exitCode).toBe(2);
    expect(stderr.text).toContain(message);
    expect(stderr.lines.length).toBeLessThanOrEqual(3);
    expect(push).toBeUndefined();
  });
});

describe('trying again', () => {
  it.each(['push', 'pull'] as const)('is an option of %s', async (name) => {
    const operands = name === 'push' ? ['f', URL] : [URL];
    const options = ['--retry', '5', '--retry-delay', '200ms', '--retry-max-delay', '2s'];
    const command = (await run([name, ...operands, ...options]))[name];
    expect(command?.retry).toEqual({ attempts: 5, delayMs: 200, maxDelayMs: 2_000 });
    const forever = (await run([name, ...operands, '--retry', 'forever']))[name];
    expect(forever?.retry?.attempts).toBe(Number.POSITIVE_INFINITY);
    expect((await run([name, ...operands, '--retry', '-1'])).exitCode).toBe(2);
  });
});

describe('pull', () => {
  it('has the values of the surface when nothing is said', async () => {
    const { pull } = await run(['pull', URL]);
    expect(pull).toEqual({
      source: URL,
      output: undefined,
      overwrite: false,
      durationMs: undefined,
      timeoutMs: 10_000,
      stallTimeoutMs: 15_000,
      retry: { delayMs: 1_000, maxDelayMs: 30_000 },
      tls: {},
    });
  });

  it('writes to a file, or to standard output for -', async () => {
    expect((await run(['pull', URL, 'out.flv', '--overwrite'])).pull).toMatchObject({
      output: 'out.flv',
      overwrite: true,
    });
    const { pull, stdout } = await run(['pull', URL, '-', '--duration', '5']);
    expect(pull?.output).toBe(stdout);
    expect(pull?.durationMs).toBe(5_000);
  });

  it('repairs local files', async () => {
    expect((await run(['pull', 'damaged.flv', 'fixed.flv'])).pull).toMatchObject({
      source: 'damaged.flv',
      output: 'fixed.flv',
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
      maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
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
      maxConnectionsPerAddress: 100,
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
