import { describe, expect, it } from 'vitest';
import { layOut } from '../../../src/cli/render/progress-line.js';
import { isOfRelay, RelayTalk } from '../../../src/cli/render/relay-text.js';
import { statsSentence } from '../../../src/cli/render/stats-text.js';
import type { StatsEvent } from '../../../src/events.js';
import { ENDED, stats } from '../events.js';

function of(target: string, given: Partial<StatsEvent> = {}): StatsEvent {
  return stats({ target, url: target, state: 'running', skewMs: null, ...given });
}

describe('a push to several servers', () => {
  it('is told in one line, which names those that are in trouble', () => {
    const talk = new RelayTalk(0);
    talk.together(of('rtmp://a/x/****', { queueMs: 900, droppedFrames: 3 }));
    talk.together(of('rtmp://b/x/****', { reconnects: 1 }));
    const waiting = of('rtmp://c/x/****', { state: 'waiting', bitrateKbps: 0, queueMs: 9_000, positionMs: 1_000 });
    const together = talk.together(waiting);
    expect(statsSentence(together)).toBe(
      '0:04 of 0:10, 2 of 3 servers, 3.9 Mbit/s, 30 fps, queue 900 ms (5.0 kB), 3 dropped, 1 reconnect, rtmp://c/x/**** waiting',
    );
    const { barColumns, parts } = layOut(together, 80, { percent: 40, etaSeconds: 6 });
    expect(barColumns).toBeGreaterThan(0);
    expect(parts.map(({ text }) => text)).toContain('2/3 to');
  });

  it('says how much of its way is used by the server that has the least room, and what was dropped of all', () => {
    const talk = new RelayTalk(0);
    talk.together(of('a', { capacityKbps: 8_000, bandwidthUse: 0.25, droppedAudio: 1, lossRate: 0.002, rttMs: 3 }));
    const tight = {
      capacityKbps: 2_000,
      bandwidthUse: 0.98,
      droppedFrames: 4,
      droppedVideo: 3,
      lossRate: 0.05,
      rttMs: 40,
    };
    talk.together(of('b', tight));
    const lost = {
      ...tight,
      state: 'waiting',
      capacityKbps: 100,
      bandwidthUse: 1,
      reconnects: 2,
      uptimeMs: null,
    } as const;
    expect(statsSentence(talk.together(of('c', lost)))).toBe(
      '0:04 of 0:10, 2 of 3 servers, 3.9 Mbit/s, 98% of 2.0 Mbit/s, 30 fps, queue 20 ms (5.0 kB), ' +
        '8 dropped (1 audio, 6 video, 5.0%), 2 reconnects, RTT 40 ms, c waiting',
    );
  });

  it('counts a server that has failed, and no more one that has everything', () => {
    const talk = new RelayTalk(0);
    for (const target of ['a', 'b', 'c']) talk.together(of(target));
    talk.lines({ event: 'warning', code: 'WARN_TARGET_FAILED', message: 'a has failed', target: 'a' });
    talk.lines({ ...ENDED, target: 'a', final: false });
    talk.lines({ ...ENDED, target: 'b', final: false });
    expect(statsSentence(talk.together(of('c')))).toMatch(/1 of 2 servers.*, a failed$/);
  });

  it('says that a server is there again, after a failure', () => {
    const talk = new RelayTalk(0);
    const about = { target: 'a', url: 'a', role: 'publisher' } as const;
    const connected = { event: 'connected', ...about, address: '::1', port: 1, handshake: 'simple' } as const;
    expect(isOfRelay(connected)).toBe(true);
    expect(talk.lines(connected)).toEqual([]);
    const wait = { attempt: 1, attempts: null, delayMs: 1, code: 'ERR_REFUSED', reason: 'nobody' } as const;
    expect(talk.lines({ event: 'retrying', ...about, ...wait })).toHaveLength(1);
    expect(talk.lines(connected)).toEqual([{ tone: 'done', text: 'connected to a (::1 port 1)' }]);
  });
});
