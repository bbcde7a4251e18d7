import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatusCode } from '../../src/rtmp/session/status.js';
import { selfSigned } from '../support/certificate.js';
import { CliRuns, type CliServer } from '../support/cli.js';
import { FakeServers } from '../support/fake-servers.js';
import { FLV_START } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { syntheticStream } from '../support/streams.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const KEY = 'sekret-key-4711';
const TOKEN = 'tok-en-0815';
const NAME = `${KEY}?token=${TOKEN}`;
const NOWHERE = `rtmp://127.0.0.1:1/live/${NAME}`;

const runs = new CliRuns();
const fakes = new FakeServers();
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve();
  await Publication.begin(runs, `${server.url}/live/${NAME}`, syntheticStream({ video: 'h264', durationMs: 100 }));
});

afterAll(async () => {
  await runs.stopAll();
  await fakes.close();
});

function file(name: string, content: string | Uint8Array): string {
  const path = runs.file(name);
  writeFileSync(path, content);
  return path;
}

function at(port: number, scheme = 'rtmp'): string {
  return `${scheme}://127.0.0.1:${port}/live/${NAME}`;
}

/** A server that lets everybody connect, but refuses to publish and to play in its own words. */
function refusing(code: string, description: string): Promise<number> {
  const status = { level: 'error', code, description } as const;
  return fakes.rtmp((event, session) => {
    if (event.type === 'connectRequest') session.acceptConnect();
    if (event.type === 'publishRequest') session.rejectPublish(event.streamId, status);
    if (event.type === 'playRequest') session.rejectPlay(event.streamId, status);
  });
}

/** A server to which everybody may publish. */
function willing(): Promise<number> {
  return fakes.rtmp((event, session) => {
    if (event.type === 'connectRequest') session.acceptConnect();
    if (event.type === 'publishRequest') session.acceptPublish(event.streamId);
  });
}

interface BadInput {
  readonly name: string;
  readonly args: () => readonly string[] | Promise<readonly string[]>;
  /** Given on standard input. */
  readonly input?: string;
  readonly exitCode: number;
  /** Of the message for people: what has to be in it. */
  readonly words: RegExp;
}

interface BadServer extends BadInput {
  /** Of the `error` event. */
  readonly code: string;
}

const FILES: readonly BadInput[] = [
  {
    name: 'an AVI without FFmpeg',
    args: () => ['push', '--ffmpeg', '/nowhere', file('film.avi', 'RIFF\x10\0\0\0AVI LIST'), NOWHERE],
    exitCode: 11,
    words: /\/nowhere: there is no such program.*\n.*--ffmpeg PATH/,
  },
  {
    name: 'an MP4 that is cut off',
    args: () => ['push', file('cut.mp4', Buffer.from('\0\0\0\x14ftypmp42\0\0\0\0mp42\0\0\x10\0mdat')), NOWHERE],
    exitCode: 10,
    words: /cut\.mp4: the file is cut off: its last 4088 bytes are missing, and its index with them/,
  },
  {
    name: 'an MP4 without anything in it',
    args: () => ['push', file('film.mp4', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom')), NOWHERE],
    exitCode: 10,
    words: /film\.mp4: the file has no index/,
  },
  {
    name: 'a text',
    args: () => ['push', file('notes.flv', 'Dear diary,\n'), NOWHERE],
    exitCode: 10,
    words: /notes\.flv: this is not an FLV; it seems to be a text file/,
  },
  {
    name: 'an empty file',
    args: () => ['push', file('empty.flv', ''), NOWHERE],
    exitCode: 10,
    words: /empty\.flv: this is empty$/,
  },
  {
    name: 'a text on standard input',
    args: async () => ['push', '-', at(await willing())],
    input: 'Dear diary,\n'.repeat(500),
    exitCode: 10,
    words: /standard input: this is not an FLV; it seems to be a text file/,
  },
  {
    name: 'an FLV without tags',
    args: async () => ['push', file('bare.flv', FLV_START), at(await willing())],
    exitCode: 10,
    words: /bare\.flv: .*no audio, video or data/,
  },
  {
    name: 'a file that is not there',
    args: () => ['push', runs.file('gone.flv'), NOWHERE],
    exitCode: 7,
    words: /gone\.flv: there is no such file/,
  },
  {
    name: 'a directory',
    args: () => ['push', runs.file('.'), NOWHERE],
    exitCode: 10,
    words: /this is a directory/,
  },
  {
    name: 'a text to repair',
    args: () => ['pull', file('broken.flv', 'Dear diary,\n'), runs.file('repaired.flv')],
    exitCode: 10,
    words: /broken\.flv: this is not an FLV/,
  },
  {
    name: 'a file to repair that is not there',
    args: () => ['pull', runs.file('gone.flv'), runs.file('repaired.flv')],
    exitCode: 7,
    words: /gone\.flv: there is no such file/,
  },
  {
    name: 'an output that exists',
    args: () => ['pull', at(server.port), file('kept.flv', 'dear to somebody')],
    exitCode: 2,
    words: /kept\.flv: this file is already there\n.*--overwrite/,
  },
];

const USAGE: readonly BadInput[] = [
  {
    name: 'a wrong scheme',
    args: () => ['push', FIXTURE, `http://127.0.0.1/live/${NAME}`],
    exitCode: 2,
    words: /expected rtmp:\/\/ or rtmps:\/\/, but http:\/\/ came/,
  },
  {
    name: 'a wrong scheme to pull',
    args: () => ['pull', `https://127.0.0.1/live/${NAME}`, runs.file('out.flv')],
    exitCode: 2,
    words: /expected rtmp:\/\/ or rtmps:\/\/, but https:\/\/ came/,
  },
  {
    name: 'a URL without stream name',
    args: () => ['push', FIXTURE, 'rtmp://127.0.0.1/live'],
    exitCode: 2,
    words: /rtmp:\/\/127\.0\.0\.1\/live does not name a stream\n.*--key-file/,
  },
  {
    name: 'a port that is none',
    args: () => ['pull', `rtmp://127.0.0.1:99999/live/${NAME}`, runs.file('out.flv')],
    exitCode: 2,
    words: /expected a port from 1 to 65535/,
  },
  {
    name: 'an unknown option',
    args: () => ['push', FIXTURE, NOWHERE, '--sped', '2'],
    exitCode: 2,
    words: /unknown option --sped\n.*did you mean --speed\?/,
  },
  {
    name: 'an option of another command',
    args: () => ['pull', NOWHERE, '--loop'],
    exitCode: 2,
    words: /--loop is an option of push, not of pull/,
  },
  {
    name: 'a value that is no duration',
    args: () => ['pull', NOWHERE, '--duration', 'soon'],
    exitCode: 2,
    words: /--duration: expected a duration such as 500ms/,
  },
  {
    name: 'a key where everybody can read it',
    args: () => ['push', FIXTURE, 'rtmp://127.0.0.1:1/live', '--key', KEY],
    exitCode: 2,
    words: /a command line is no secret\n.*--key-file FILE/,
  },
  {
    name: 'a start behind the end',
    args: () => ['push', FIXTURE, NOWHERE, '--start', '1h'],
    exitCode: 2,
    words: /ends before 3600 s/,
  },
  {
    name: 'nothing to push',
    args: () => ['push'],
    exitCode: 2,
    words: /push needs something to send/,
  },
  {
    name: 'an unknown command',
    args: () => ['pusch', FIXTURE, NOWHERE],
    exitCode: 2,
    words: /there is no command pusch\n.*did you mean push\?/,
  },
  {
    name: 'a port that is taken',
    args: () => ['serve', '--listen', `127.0.0.1:${server.port}`],
    exitCode: 3,
    words: /127\.0\.0\.1 port \d+ is taken by another program/,
  },
];

const SERVERS: readonly BadServer[] = [
  {
    name: 'a port where nobody listens',
    args: () => ['push', FIXTURE, NOWHERE],
    exitCode: 3,
    code: 'ERR_REFUSED',
    words: /nothing listens on 127\.0\.0\.1 port 1\n.*check host and port/,
  },
  {
    name: 'a host that has no address',
    args: () => ['push', FIXTURE, `rtmp://nohost.invalid/live/${NAME}`],
    exitCode: 3,
    code: 'ERR_DNS',
    words: /"nohost\.invalid" cannot be resolved/,
  },
  {
    name: 'an app that is refused',
    args: async () => {
      const port = await fakes.rtmp((event, session) => {
        const status = { level: 'error', code: StatusCode.ConnectInvalidApp, description: 'no app live here' } as const;
        if (event.type === 'connectRequest') session.rejectConnect(status);
      });
      return ['push', FIXTURE, at(port)];
    },
    exitCode: 7,
    code: 'ERR_APP_NOT_FOUND',
    words: /no app "live".*\n.*no app live here/,
  },
  {
    name: 'a server that leaves at connect',
    args: async () => {
      const port = await fakes.raw((socket) => {
        const ours = connect(server.port, '127.0.0.1').on('error', () => {});
        socket.pipe(ours).pipe(socket, { end: false });
        socket.on('data', () => socket.bytesRead > 1537 + 1536 && socket.destroySoon());
        socket.on('close', () => ours.destroy());
      });
      return ['pull', at(port), runs.file('out.flv')];
    },
    exitCode: 7,
    code: 'ERR_APP_NOT_FOUND',
    words: /closed the connection when asked for app "live"/,
  },
  {
    name: 'a stream name that is busy',
    args: () => ['push', FIXTURE, at(server.port)],
    exitCode: 8,
    code: 'ERR_STREAM_BUSY',
    words: /already in use: .*\*\*\*\*\n.*somebody else publishes/,
  },
  {
    name: 'a stream that nobody publishes',
    args: () => ['pull', `${server.url}/nothing/${NAME}`, runs.file('out.flv')],
    exitCode: 7,
    code: 'ERR_STREAM_NOT_FOUND',
    words: /no such stream: .*\*\*\*\*\n.*nobody publishes/,
  },
  {
    name: 'a stream key that is refused',
    args: async () => {
      const port = await refusing(StatusCode.PublishDenied, `Unauthorized: key ${KEY} is no good`);
      return ['push', FIXTURE, at(port)];
    },
    exitCode: 6,
    code: 'ERR_AUTH',
    words: /credentials.*\n.*Unauthorized: key \*\*\*\*/,
  },
  {
    name: 'a refusal of no kind',
    args: async () => ['push', FIXTURE, at(await refusing(StatusCode.PublishRejected, 'come back tomorrow'))],
    exitCode: 9,
    code: 'ERR_REJECTED',
    words: /refused publish.*\n.*come back tomorrow/,
  },
  {
    name: 'a TLS server where a plain one was expected',
    args: async () => ['push', FIXTURE, at(await fakes.tls(selfSigned(), () => {}))],
    exitCode: 5,
    code: 'ERR_TLS_ON_PLAIN_PORT',
    words: /TLS.*\n.*rtmps:\/\//,
  },
  {
    name: 'a plain server where TLS was expected',
    args: () => ['pull', at(server.port, 'rtmps'), runs.file('out.flv')],
    exitCode: 5,
    code: 'ERR_TLS',
    words: /TLS with 127\.0\.0\.1 port \d+ failed: .+\n.*rtmp:\/\/ instead of rtmps:\/\//,
  },
  {
    name: 'a certificate that nobody vouches for',
    args: async () => ['push', FIXTURE, at(await fakes.tls(selfSigned(), () => {}), 'rtmps')],
    exitCode: 5,
    code: 'ERR_TLS',
    words: /TLS with 127\.0\.0\.1 port \d+ failed: .*self-signed certificate\n.*--tls-ca FILE/,
  },
  {
    name: 'an HTTP server',
    args: async () => ['push', FIXTURE, at(await fakes.http())],
    exitCode: 9,
    code: 'ERR_NOT_RTMP',
    words: /HTTP/,
  },
  {
    name: 'a server of something else',
    args: async () => ['pull', at(await fakes.saying(Buffer.from('220 mail ESMTP\r\n'))), runs.file('out.flv')],
    exitCode: 9,
    code: 'ERR_NOT_RTMP',
    words: /RTMP/,
  },
  {
    name: 'a server that closes without a word',
    args: async () => ['push', FIXTURE, at(await fakes.closing())],
    exitCode: 3,
    code: 'ERR_CONNECTION_LOST',
    words: /127\.0\.0\.1 closed the connection during the RTMP handshake/,
  },
  {
    name: 'a server that says nothing',
    args: async () => ['push', FIXTURE, at(await fakes.silent()), '--timeout', '1s'],
    exitCode: 4,
    code: 'ERR_TIMEOUT',
    words: /no answer in 1 s \(RTMP handshake\)/,
  },
  {
    name: 'a TLS server that says nothing',
    args: async () => ['push', FIXTURE, at(await fakes.silent(), 'rtmps'), '--timeout', '1s'],
    exitCode: 4,
    code: 'ERR_TIMEOUT',
    words: /no answer in 1 s \(TLS handshake\)/,
  },
];

/** What a person sees: exit code, at most three lines beside those with a time, and nothing that is secret. */
async function checkTalk({ exitCode, words, input }: BadInput, args: readonly string[]): Promise<void> {
  const run = runs.start(args);
  run.endInput(Buffer.from(input ?? ''));
  expect(await run.exit()).toBe(exitCode);

  const complaint = run.stderr.split('\n').filter((line) => line !== '' && !/^\d\d:\d\d:\d\d /.test(line));
  expect(complaint.join('\n')).toMatch(words);
  expect(complaint.length).toBeLessThanOrEqual(3);
  expect(run.stdout.length).toBe(0);
  expectNothingSecret(run.stderr);
}

/** What a script sees. */
async function checkEvents({ exitCode, code }: BadServer, args: readonly string[]): Promise<void> {
  const run = runs.start([...args, '--json']);
  expect(await run.exit()).toBe(exitCode);

  expect(run.events.at(-1)).toMatchObject({ event: 'error', code, exitCode, message: expect.any(String) });
  expect(run.strayOutput).toBe('');
  expect(run.stderr).toBe('');
  expectNothingSecret(run.stdout.toString());
}

function expectNothingSecret(output: string): void {
  expect(output).not.toContain(KEY);
  expect(output).not.toContain(TOKEN);
  expect(output).not.toMatch(/ at .*\.js:\d+/);
}

describe.concurrent('bad input: files', () => {
  it.each(FILES)('$name', async (row) => checkTalk(row, await row.args()));
});

describe.concurrent('bad input: the command line', () => {
  it.each(USAGE)('$name', async (row) => checkTalk(row, await row.args()));
});

describe.concurrent('bad input: servers', () => {
  it.each(SERVERS)('$name', async (row) => {
    const args = await row.args();
    await Promise.all([checkTalk(row, args), checkEvents(row, args)]);
  });
});
