import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPlayer, type ReconnectingPlayerOptions } from '../../src/endpoint/reconnecting-player.js';
import type { Retry } from '../../src/endpoint/redial.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import type { PlayStart } from '../../src/rtmp/session/events.js';
import { errorStatus, StatusCode, successStatus } from '../../src/rtmp/session/status.js';
import { PeerWire } from '../rtmp/session/wire.js';
import { bodiesOf, framesOf, neverGoesBack, timesOf } from '../support/stream-parts.js';
import { type Guest, StreamServer } from '../support/stream-server.js';
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

/** RTMP 7.1.7 */
const STREAM_IS_RECORDED = 4;

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

  describe('of what its server says to be recorded, without being asked for a place,', () => {
    const film = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000 });
    const frames = film.filter(isFrame);

    /** It begins at a keyframe, breaks off twice, and says something about each play before that begins. */
    async function recordingServer(told: (guest: Guest) => void, zeroMs = (_keyframeMs: number): number => 0) {
      const server = await newServer();
      const asked: PlayStart[] = [];
      server.handle = (guest, event) => {
        if (event.type !== 'playRequest') return false;
        asked.push(event.start);
        const positionMs = event.start.from === 'recorded' ? event.start.positionMs : 0;
        const keyframeMs = positionMs - (positionMs % 1_000);
        guest.session.acceptPlay(event.streamId);
        told(guest);
        const rest = film.filter((tag) => !isFrame(tag) || tag.timestampMs >= keyframeMs);
        const moved = rest.map((tag) => ({ ...tag, timestampMs: Math.max(tag.timestampMs - zeroMs(keyframeMs), 0) }));
        const isCut = asked.length < 3;
        guest.send(isCut ? moved.slice(0, 250) : moved);
        if (!isCut) guest.session.endPlay(1, 'over');
        guest.flush();
        guest.socket.end();
        return true;
      };
      return { port: server.port, asked };
    }

    const isRecorded = (guest: Guest): void => {
      guest.flush();
      guest.socket.write(new PeerWire().userControl(STREAM_IS_RECORDED, 1).take());
    };

    it('has every frame once', async () => {
      const { port, asked } = await recordingServer(isRecorded);
      const received = await readAll(await ReconnectingPlayer.open(options(port).options));
      expect(bodiesOf(received.filter(isFrame))).toEqual(bodiesOf(frames));
      expect(timesOf(received.filter(isFrame))).toEqual(timesOf(frames));
      expect(asked.map(({ from }) => from)).toEqual(['live-or-recorded', 'recorded', 'recorded']);
    });

    it('misses nothing when the server counts from where it begins', async () => {
      const { port } = await recordingServer(isRecorded, (keyframeMs) => keyframeMs);
      const received = await readAll(await ReconnectingPlayer.open(options(port).options));
      const bodies = bodiesOf(received.filter(isFrame));
      expect(new Set(bodies)).toEqual(new Set(bodiesOf(frames)));
      expect(bodies.length).toBeLessThan(frames.length + 2 * 120); // two GOPs at most come twice
      expect(neverGoesBack(received)).toBe(true);
    });

    it('does not ask for a place in what somebody publishes', async () => {
      const { port, asked } = await recordingServer((guest) => {
        isRecorded(guest);
        guest.session.sendStatus(1, successStatus(StatusCode.PlayPublishNotify, 'live'));
      });
      await readAll(await ReconnectingPlayer.open(options(port).options));
      expect(asked.map(({ from }) => from)).toEqual(Array.from({ length: 3 }, () => 'live-or-recorded'));
    });

    it('takes what there is when the server knows of no recording after all', async () => {
      const server = await newServer();
      const asked: PlayStart[] = [];
      server.handle = (guest, event) => {
        if (event.type !== 'playRequest') return false;
        asked.push(event.start);
        if (event.start.from !== 'recorded') return false;
        guest.session.rejectPlay(event.streamId, errorStatus(StatusCode.PlayStreamNotFound, 'live only'));
        return true;
      };
      server.onStart = (guest) => {
        isRecorded(guest);
        guest.send(server.guests.length === 1 ? film : SECOND);
        if (server.guests.length > 1) guest.session.endPlay(1, 'over');
        guest.flush();
        guest.socket.end();
      };
      const received = await readAll(await ReconnectingPlayer.open(options(server.port).options));
      expect(asked.map(({ from }) => from)).toEqual(['live-or-recorded', 'recorded', 'live-or-recorded']);
      expect(bodiesOf(received.filter(isFrame))).toEqual(bodiesOf([...frames, ...SECOND.filter(isFrame)]));
      expect(neverGoesBack(received)).toBe(true);
    });

    it('begins anew after it has ended', async () => {
      const server = await newServer();
      const asked: PlayStart[] = [];
      server.handle = (_, event) => {
        if (event.type === 'playRequest') asked.push(event.start);
        return false;
      };
      server.onStart = (guest) => {
        isRecorded(guest);
        guest.send(film);
        guest.session.endPlay(1, 'over');
      };
      const goesOnAfter = (): boolean => server.guests.length < 2;
      const received = await readAll(await ReconnectingPlayer.open(options(server.port, { goesOnAfter }).options));
      expect(bodiesOf(received.filter(isFrame))).toEqual(bodiesOf([...frames, ...frames]));
      expect(asked.map(({ from }) => from)).toEqual(['live-or-recorded', 'live-or-recorded']);
      expect(neverGoesBack(received)).toBe(true);
    });
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
