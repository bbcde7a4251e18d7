import { describe, expect, it } from 'vitest';
import { isOfRelay, RelayTalk } from '../../../src/cli/render/relay-text.js';
import { statsSentence } from '../../../src/cli/render/stats-text.js';
import type { RetryingEvent, StatsEvent } from '../../../src/events.js';

const RETRYING: RetryingEvent = {
  event: 'retrying',
  relay: 'main',
  target: 'rtmp://a/b/****',
  role: 'publisher',
  url: 'rtmp://a/b/****',
  attempt: 2,
  attempts: null,
  delayMs: 1_500,
  code: 'ERR_REFUSED',
  reason: 'nothing listens on a port 1935',
};

function stats(relay: string, given: Partial<StatsEvent> = {}): StatsEvent {
  const target = {
    target: 'x',
    state: 'running',
    bytes: 1,
    bitrateKbps: 1,
    capacityKbps: null,
    bandwidthUse: null,
    skewMs: null,
    queueMs: 0,
    queueBytes: 0,
    droppedFrames: 0,
    droppedAudio: 0,
    droppedVideo: 0,
    unconfirmedFrames: 0,
    lossRate: 0,
    reconnects: 0,
    retries: 0,
    rttMs: null,
    uptimeMs: 0,
  } as const;
  return {
    event: 'stats',
    relay,
    role: 'relay',
    positionMs: 61_000,
    durationMs: null,
    bytes: 100,
    bitrateKbps: 2_500,
    fps: 25,
    skewMs: 3,
    queueMs: 20,
    queueBytes: 0,
    droppedFrames: 0,
    reconnects: 1,
    sources: [],
    targets: [target, { ...target, state: 'waiting' }],
    ...given,
  };
}

describe('what a relay says', () => {
  it('tells the same failure of the same end once, until it is well again', () => {
    const talk = new RelayTalk(0);
    expect(talk.lines(RETRYING)).toEqual([
      {
        tone: 'warning',
        text: 'main: rtmp://a/b/****: nothing listens on a port 1935; trying again in 1.5 s (attempt 2)',
      },
    ]);
    expect(talk.lines({ ...RETRYING, attempt: 3 })).toEqual([]);
    expect(talk.lines({ ...RETRYING, reason: 'no answer' })).toHaveLength(1);
    expect(talk.lines({ ...RETRYING, target: 'other' })).toHaveLength(1);
    const peer = { address: '::1', port: 1935, handshake: 'simple' } as const;
    talk.lines({ event: 'connected', relay: 'main', target: 'other', role: 'publisher', url: 'x', ...peer });
    expect(talk.lines({ ...RETRYING, target: 'other' })).toHaveLength(1);
    expect(new RelayTalk(1).lines(RETRYING)).toHaveLength(1);
  });

  it('says which source is on air, and why', () => {
    const event = { event: 'switched', role: 'player', input: 'rtmp://b/****', inputNumber: 2, inputCount: 2 } as const;
    const texts = (['first', 'lost', 'stalled', 'better'] as const).map(
      (reason) => new RelayTalk(0).lines({ ...event, reason })[0]?.text,
    );
    expect(texts).toEqual([
      'on air: rtmp://b/****',
      'on air: rtmp://b/**** (the one before was lost)',
      'on air: rtmp://b/**** (the one before has stalled)',
      'on air: rtmp://b/**** (it is well again)',
    ]);
  });

  it('adds up what several relays do', () => {
    const talk = new RelayTalk(0);
    expect(statsSentence(talk.together(stats('one')))).toBe(
      '1:01, 2.5 Mbit/s, no source, 1 of 2 targets, queue 20 ms, 0 dropped, 1 reconnect, 25 fps, A/V +3 ms',
    );
    const both = statsSentence(talk.together(stats('two', { droppedFrames: 4, positionMs: 90_000 })));
    expect(both).toBe('1:30, 5.0 Mbit/s, no source, 2 of 4 targets, queue 20 ms, 4 dropped, 2 reconnects, 50 fps');
    const end = { role: 'relay', reason: 'stopped', bytes: 0, durationMs: 0, final: false } as const;
    talk.lines({ event: 'ended', relay: 'two', ...end });
    expect(statsSentence(talk.together(stats('one')))).toMatch(/1 of 2 targets/);
  });

  it('says how much of their ways is used at most, and what became of each source', () => {
    const talk = new RelayTalk(0);
    const [one, other] = stats('one').targets ?? [];
    if (one === undefined || other === undefined) throw new Error('there are two');
    const targets = [{ ...one, capacityKbps: 5_000, bandwidthUse: 0.5, rttMs: 7 }, other];
    expect(statsSentence(talk.together(stats('one', { targets, skewMs: null, reconnects: 0 })))).toBe(
      '1:01, 2.5 Mbit/s, no source, 1 of 2 targets, 50% of 5.0 Mbit/s, queue 20 ms, 0 dropped, 25 fps, RTT 7.0 ms',
    );
    const rates = { bitrateKbps: 0, fps: 0, skewMs: null, rttMs: null, uptimeMs: 0 };
    const source = { source: 'a', state: 'idle', bytes: 2_000, reconnects: 1, retries: 4, ...rates } as const;
    const ended = { role: 'relay', reason: 'stopped', bytes: 2_000, durationMs: 1_000, final: true } as const;
    const lines = talk.lines({ event: 'ended', ...ended, sources: [source], targets });
    expect(lines.map(({ text }) => text)).toEqual([
      'a: received 2.0 kB, 1 reconnect, 4 retries',
      'relayed 1.0 s, 2.0 kB: stopped',
    ]);
  });

  it('is about relays alone', () => {
    expect(isOfRelay(RETRYING)).toBe(true);
    expect(isOfRelay({ event: 'warning', code: 'X', message: 'x' })).toBe(false);
    expect(isOfRelay({ event: 'started', role: 'publisher', url: 'x' })).toBe(false);
  });
});
