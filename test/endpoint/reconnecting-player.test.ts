import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPlayer, type ReconnectingPlayerOptions } from '../../src/endpoint/reconnecting-player.js';
import type { Retry } from '../../src/endpoint/redial.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { bodiesOf, framesOf, neverGoesBack, timesOf } from '../support/stream-parts.js';
import { StreamServer } from '../support/stream-server.js';
import { syntheticStream } from '../support/streams.js';
import { linkOptions } from './rtmp-options.js';

const servers: StreamServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function newServer(): Promise<StreamServer> {
  const server = await new StreamServer().listen();
  servers.push(server);
  return server;
}

interface Notes {
  readonly retries: Retry[];
  readonly options: ReconnectingPlayerOptions;
}

function options(port: number, given: Partial<ReconnectingPlayerOptions> = {}): Notes {
  const retries: Retry[] = [];
  return {
    retries,
    options: {
      ...linkOptions(port),
      retry: { attempts: 10, delayMs: 10, maxDelayMs: 50 },
      onRetry: (retry) => retries.push(retry),
      random: () => 0.5,
      ...given,
    },
  };
}

async function readAll(player: ReconnectingPlayer): Promise<MediaTag[]> {
  const all: MediaTag[] = [];
  for await (const tags of player) all.push(...tags);
  return all;
}

const FIRST = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 1_000, gopMs: 500 });
/** Another clock, as after a restart of the server. */
const SECOND = syntheticStream({ video: 'h264', audio: 'aac', startMs: 77_000, durationMs: 1_000, gopMs: 500 });

describe('ReconnectingPlayer', () => {
  it('goes on in a recording where it broke off, with every frame once', async () => {
    const film = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000 });
    const server = await newServer();
    const asked: number[] = [];
    server.handle = (guest, event) => {
      if (event.type !== 'playRequest' || event.start.from !== 'recorded') return false;
      const { positionMs } = event.start;
      asked.push(positionMs);
      guest.session.acceptPlay(event.streamId);
      const keyframeMs = positionMs - (positionMs % 1_000);
      const rest = film.filter((tag) => !isFrame(tag) || tag.timestampMs >= keyframeMs);
      const isCut = asked.length < 3;
      guest.send(isCut ? rest.slice(0, 200) : rest);
      if (!isCut) guest.session.endPlay(1, 'over');
      guest.flush();
      guest.socket.end();
      return true;
    };
    const play = { start: { from: 'recorded', positionMs: 2_500 } } as const;
    const received = await readAll(await ReconnectingPlayer.open(options(server.port, { play }).options));
    const expected = film.filter((tag) => isFrame(tag) && tag.timestampMs >= 2_000);
    const frames = received.filter(isFrame);
    expect(timesOf(frames)).toEqual(timesOf(expected));
    expect(bodiesOf(frames)).toEqual(bodiesOf(expected));
    expect(asked[0]).toBe(2_500);
    expect(asked[2]).toBeGreaterThan(asked[1]!);
  });

  it('goes on over a lost connection on one timeline, with headers and a keyframe', async () => {
    const server = await newServer();
    server.onStart = (guest) => {
      if (server.guests.length === 1) {
        guest.send(FIRST);
        guest.socket.end();
      } else {
        guest.send(SECOND);
        guest.session.endPlay(1, 'over');
      }
    };
    const { options: given, retries } = options(server.port);
    const player = await ReconnectingPlayer.open(given);
    expect(player.rttMs).toBeGreaterThan(0);
    const tags = await readAll(player);
    expect([player.rttMs, player.uptimeMs]).toEqual([null, null]);

    expect(retries).toMatchObject([{ attempt: 1, delayMs: 5, error: { code: 'ERR_CONNECTION_LOST' } }]);
    expect([player.reconnects, player.end?.kind]).toEqual([1, 'told']);
    expect(tags.length).toBe(FIRST.length + SECOND.length);
    expect(neverGoesBack(tags)).toBe(true);
    const videoTimes = timesOf(framesOf('video', tags));
    expect(Math.max(...videoTimes.slice(1).map((time, i) => time - (videoTimes[i] ?? 0)))).toBeLessThan(100);
    const second = tags.slice(FIRST.length);
    expect(second.filter(isSequenceHeader).length).toBe(2);
    expect(isKeyframe(framesOf('video', second)[0] as MediaTag)).toBe(true);
  });
});
