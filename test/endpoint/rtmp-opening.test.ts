import type { Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { RtmpPlayer } from '../../src/endpoint/rtmp-player.js';
import { RtmpPublisher } from '../../src/endpoint/rtmp-publisher.js';
import { NetworkError, RejectedError } from '../../src/errors.js';
import type { ServerEvent } from '../../src/rtmp/session/events.js';
import type { ServerSession } from '../../src/rtmp/session/server.js';
import { StatusCode } from '../../src/rtmp/session/status.js';
import { parseRtmpUrl } from '../../src/rtmp/url.js';
import { selfSigned } from '../support/certificate.js';
import { FakeServers } from '../support/fake-servers.js';
import { linkOptions, watchedOptions } from './rtmp-options.js';

const fakes = new FakeServers();
afterAll(() => fakes.close());

type Answer = 'accept' | 'close' | 'silence' | { readonly code: string; readonly description: string };
type Role = 'publisher' | 'player';

/** A server that answers each step in the way given; steps that are not given are accepted. */
function server(answers: { connect?: Answer; publish?: Answer; play?: Answer }): Promise<number> {
  return fakes.rtmp((event, session, socket) => {
    const step = STEP_OF[event.type];
    const answer = step === undefined ? 'silence' : (answers[step] ?? 'accept');
    if (answer === 'close') {
      socket.end();
    } else if (answer !== 'silence') {
      reply(event, session, answer);
    }
  });
}

const STEP_OF: { readonly [type: string]: 'connect' | 'publish' | 'play' } = {
  connectRequest: 'connect',
  publishRequest: 'publish',
  playRequest: 'play',
};

function reply(event: ServerEvent, session: ServerSession, answer: Exclude<Answer, string> | 'accept'): void {
  const status = answer === 'accept' ? undefined : ({ level: 'error', ...answer } as const);
  if (event.type === 'connectRequest') {
    status === undefined ? session.acceptConnect() : session.rejectConnect(status);
  } else if (event.type === 'publishRequest') {
    status === undefined ? session.acceptPublish(event.streamId) : session.rejectPublish(event.streamId, status);
  } else if (event.type === 'playRequest') {
    status === undefined ? session.acceptPlay(event.streamId) : session.rejectPlay(event.streamId, status);
  }
}

function open(role: Role, options = linkOptions(1)): Promise<RtmpPlayer | RtmpPublisher> {
  return role === 'player' ? RtmpPlayer.open(options) : RtmpPublisher.open(options);
}

describe('the stages of a link', () => {
  it.each<[Role, string]>([
    ['publisher', 'publish'],
    ['player', 'play'],
  ])('of a %s', async (role, last) => {
    const { options, stages } = watchedOptions(await server({}));
    const end = await open(role, options);
    expect(stages).toEqual(['tcp', 'handshake', 'connect', last]);
    end instanceof RtmpPlayer ? end.stop() : end.close();
  });
});

describe('a server that refuses', () => {
  it.each<[string, Role, Parameters<typeof server>[0], string]>([
    [
      'the app',
      'player',
      { connect: { code: StatusCode.ConnectInvalidApp, description: 'no such app' } },
      'ERR_APP_NOT_FOUND',
    ],
    ['a name', 'publisher', { publish: { code: StatusCode.PublishBadName, description: 'taken' } }, 'ERR_STREAM_BUSY'],
    [
      'an unknown stream',
      'player',
      { play: { code: StatusCode.PlayStreamNotFound, description: 'none' } },
      'ERR_STREAM_NOT_FOUND',
    ],
    ['without saying why', 'player', { play: { code: StatusCode.PlayFailed, description: 'no' } }, 'ERR_REJECTED'],
  ])('%s is told with its own words, and at its stage', async (_, role, answers, code) => {
    const opening = open(role, linkOptions(await server(answers)));
    const [[step, answer]] = Object.entries(answers) as [[string, { code: string; description: string }]];
    await expect(opening).rejects.toBeInstanceOf(RejectedError);
    await expect(opening).rejects.toMatchObject({
      code,
      stage: step,
      peerWords: expect.stringContaining(answer.description),
    });
  });
});

describe('a server that closes without a word', () => {
  it.each<[string, Role, Parameters<typeof server>[0], string]>([
    ['connect', 'player', { connect: 'close' }, 'ERR_APP_NOT_FOUND'],
    ['publish', 'publisher', { publish: 'close' }, 'ERR_DENIED'],
    ['play', 'player', { play: 'close' }, 'ERR_STREAM_NOT_FOUND'],
  ])('when asked to %s', async (stage, role, answers, code) => {
    const opening = open(role, linkOptions(await server(answers)));
    await expect(opening).rejects.toMatchObject({ code, stage, advice: expect.any(String) });
  });

  it('during the handshake', async () => {
    const opening = open('player', linkOptions(await fakes.closing()));
    await expect(opening).rejects.toBeInstanceOf(NetworkError);
    await expect(opening).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST', stage: 'handshake' });
  });

  it('because it wants TLS', async () => {
    const opening = open('player', linkOptions(await fakes.tls(selfSigned(), () => {})));
    await expect(opening).rejects.toMatchObject({ code: 'ERR_TLS_ON_PLAIN_PORT', stage: 'handshake' });
  });

  it('over TLS may not like who we are', async () => {
    const behave = (socket: Socket) => void socket.once('data', () => socket.end());
    const { url, ...rest } = linkOptions(await fakes.tls(selfSigned(), behave), { tls: { insecure: true } });
    const opening = open('player', { ...rest, url: parseRtmpUrl(`rtmps://127.0.0.1:${url.port}/live/key`) });
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_CONNECTION_LOST',
      advice: expect.stringMatching(/--tls-cert/),
    });
  });

  it('with a reset is told with the stage, too', async () => {
    const port = await fakes.raw((socket) => socket.once('data', () => socket.destroy()));
    const opening = open('publisher', linkOptions(port));
    await expect(opening).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST', stage: 'handshake' });
  });
});

describe('a TLS server that wants a certificate from us', () => {
  // TLS 1.3 ends the client's handshake before the server has looked at what the client shows (RFC 8446 4.4.2, 6.2).
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is a failure of TLS with %s', async (version) => {
    const identity = selfSigned();
    const wishes = { requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version };
    const port = await fakes.tls({ ...identity, ...wishes }, () => {});
    const url = parseRtmpUrl(`rtmps://127.0.0.1:${port}/live/key`);
    const opening = open('publisher', linkOptions(port, { url, tls: { ca: identity.cert } }));
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_TLS',
      stage: 'tls',
      advice: expect.stringMatching(/--tls-cert FILE --tls-key FILE/),
    });
  });

  const leave: readonly [string, (socket: Socket) => unknown][] = [
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.destroy()],
  ];
  const versions = ['TLSv1.2', 'TLSv1.3'] as const;
  const ways = versions.flatMap((version) => leave.map(([how, behave]) => [how, version, behave] as const));

  async function silent(version: (typeof versions)[number], requestCert: boolean, behave: (socket: Socket) => unknown) {
    const identity = selfSigned();
    const wishes = { requestCert, rejectUnauthorized: false, minVersion: version, maxVersion: version };
    const port = await fakes.tls(
      { ...identity, ...wishes },
      (socket) => void socket.once('data', () => behave(socket)),
    );
    const url = parseRtmpUrl(`rtmps://127.0.0.1:${port}/live/key`);
    return { identity, url, port };
  }

  it.each(ways)('and %s without a word is told as one, with %s', async (_, version, behave) => {
    const { identity, url, port } = await silent(version, true, behave);
    const opening = open('publisher', linkOptions(port, { url, tls: { ca: identity.cert } }));
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_MISSING',
      kind: 'tls',
      stage: 'tls',
      message: `127.0.0.1 port ${port} asked for a certificate, got none, and closed the connection`,
      advice: expect.stringMatching(/--tls-cert FILE --tls-key FILE/),
    });
  });

  it.each(ways)('is not blamed on that when it never asked, or got one: %s, %s', async (_, version, behave) => {
    for (const isAsked of [false, true]) {
      const { identity, url, port } = await silent(version, isAsked, behave);
      const ours = isAsked ? { certificate: identity.cert, key: identity.key } : {};
      const opening = open('publisher', linkOptions(port, { url, tls: { ca: identity.cert, ...ours } }));
      await expect(opening).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST', stage: 'handshake' });
    }
  });

  it('is not blamed on that when it has begun to speak RTMP', async () => {
    const { identity, url, port } = await silent('TLSv1.3', true, (socket) => socket.end(Buffer.of(3)));
    const opening = open('publisher', linkOptions(port, { url, tls: { ca: identity.cert } }));
    await expect(opening).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST', stage: 'handshake' });
  });
});

/** Servers that fall silent at one stage. */
const SILENT: readonly [string, Role, () => Promise<number>][] = [
  ['handshake', 'player', () => fakes.silent()],
  ['connect', 'player', () => server({ connect: 'silence' })],
  ['publish', 'publisher', () => server({ publish: 'silence' })],
  ['play', 'player', () => server({ play: 'silence' })],
];

describe.concurrent('a server that says nothing', () => {
  it.each(SILENT)('to %s is given up when the time is up', async (stage, role, makeServer) => {
    const { options, stages } = watchedOptions(await makeServer(), { timeoutMs: 600 });
    await expect(open(role, options)).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      stage,
      message: expect.stringMatching(/no answer in 0\.6 s/),
    });
    expect(stages.at(-1)).toBe(stage);
  });
});

describe('aborting', () => {
  it.each(SILENT)('during %s ends with the reason, and closes the connection', async (stage, role, makeServer) => {
    const aborting = new AbortController();
    const reason = new Error('enough');
    const { options } = watchedOptions(await makeServer(), {
      signal: aborting.signal,
      onStage: (next) => next === stage && setImmediate(() => aborting.abort(reason)),
    });
    await expect(open(role, options)).rejects.toBe(reason);
    await fakes.empty();
  });

  it.each(['tcp', 'handshake', 'connect', 'play'])('in the very call that tells stage %s', async (stage) => {
    const aborting = new AbortController();
    const reason = new Error('enough');
    const options = linkOptions(await server({}), {
      signal: aborting.signal,
      onStage: (next) => next === stage && aborting.abort(reason),
    });
    await expect(open('player', options)).rejects.toBe(reason);
    await fakes.empty();
  });

  it('after the stream has started does nothing: its owner ends it', async () => {
    const aborting = new AbortController();
    const player = await RtmpPlayer.open(linkOptions(await server({}), { signal: aborting.signal }));
    aborting.abort();
    const tags = player[Symbol.asyncIterator]().next();
    player.stop();
    expect(await tags).toMatchObject({ done: true });
    expect(player.end?.kind).toBe('stopped');
  });
});

describe('failures of the protocol', () => {
  it('end the opening with their own error', async () => {
    const port = await fakes.saying(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(open('publisher', linkOptions(port))).rejects.toMatchObject({ code: 'ERR_NOT_RTMP' });
  });
});

describe('a server that speaks something else and does not hang up', () => {
  it('is known for it at once', async () => {
    let theirs: Socket | undefined;
    const port = await fakes.raw((socket) => {
      theirs = socket;
      socket.allowHalfOpen = true;
      socket.write('SSH-2.0-OpenSSH_9.2\r\n');
    });
    await expect(RtmpPlayer.open(linkOptions(port))).rejects.toMatchObject({ code: 'ERR_NOT_RTMP' });
    expect(theirs?.closed).toBe(false); // it still has its time to say goodbye
    theirs?.destroy();
  });
});
