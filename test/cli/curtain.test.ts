import { describe, expect, it } from 'vitest';
import { EMPTY_REPORT, UNKNOWN_SERVER } from '../../src/analysis/empty-report.js';
import { StreamCourse } from '../../src/analysis/stream-course.js';
import { Curtain } from '../../src/cli/curtain.js';
import { recordingName } from '../../src/endpoint/recording-name.js';
import type { ProbeReport } from '../../src/report.js';
import { parseRtmpUrl } from '../../src/rtmp/url.js';
import { analysed, healthyStream } from '../analysis/streams.js';
import { CONNECTED, ENDED, MESSAGE } from './events.js';

function curtain(url: string, isOpen = false, openTexts: string[] = []): Curtain {
  return new Curtain(isOpen, parseRtmpUrl(url), openTexts);
}

describe('curtain', () => {
  it('covers a distinctive key wherever it stands', () => {
    const closed = curtain('rtmp://host/live/live_12345_abcdef');
    expect(closed.cover('no live_12345_abcdef here, nor xlive_12345_abcdefx')).toBe('no **** here, nor x****x');
    expect(closed.coverForeign('bad key live_12345_abcdef')).toBe('bad key ****');
  });

  it('covers a short name only where it stands as one', () => {
    const closed = curtain('rtmp://host/live/stream');
    expect(closed.cover('end of stream')).toBe('end of stream');
    expect(closed.cover('"stream" is busy, see rtmp://host/live/stream')).toBe(
      '"****" is busy, see rtmp://host/live/****',
    );
    expect(closed.coverForeign('Stream stream not found, streaming stops')).toBe(
      'Stream **** not found, streaming stops',
    );
  });

  it('leaves the redacted URL alone even when app and name are alike', () => {
    expect(curtain('rtmp://host/live/live').cover('publishing rtmp://host/live/****')).toBe(
      'publishing rtmp://host/live/****',
    );
  });

  it('covers user, password and every value of the query, also in their other spellings', () => {
    const closed = curtain('rtmp://some%20body:pass%2Fw0rd1@host/live/name?token=t0k3n-t0k3n&x=y');
    const text = closed.coverForeign(
      'some body some%20body pass/w0rd1 pass%2Fw0rd1 t0k3n-t0k3n name?token=t0k3n-t0k3n&x=y',
    );
    expect(text).toBe('**** **** **** **** **** ****');
  });

  it('copes with names full of special characters', () => {
    for (const name of ['a-b', 'a.b*c', '(x)[y]{z}', '$^|\\', '%zz']) {
      expect(curtain(`rtmp://host/live/${name}`).coverForeign(`no ${name} here`)).toBe('no **** here');
    }
  });

  it('covers events but what scripts compare', () => {
    const closed = curtain('rtmp://host/live/publisher');
    const event = closed.coverEvent({ ...CONNECTED, software: 'hello publisher' } as never);
    expect(event).toEqual({ ...CONNECTED, software: 'hello ****' });
  });

  it('covers what a message says, and not what it is', () => {
    const closed = curtain('rtmp://host/live/sent');
    expect(closed.coverEvent({ ...MESSAGE, content: 'null, {description: "sent is live"}' })).toEqual({
      ...MESSAGE,
      content: 'null, {description: "**** is live"}',
    });
  });

  it('covers the name of an output that is made from the stream', () => {
    const event = { ...ENDED, output: 'cam1-20240506-140322.flv' };
    expect(curtain('rtmp://host/live/cam1').coverEvent(event).output).toBe('****-20240506-140322.flv');
    expect(curtain('rtmp://host/live/cam1', true).coverEvent(event).output).toBe('cam1-20240506-140322.flv');
  });

  it('leaves what the person named openly', () => {
    const closed = curtain('rtmp://host/live/cam1', false, ['/recordings/cam1.flv']);
    expect(closed.coverEvent({ ...ENDED, output: '/recordings/cam1.flv' }).output).toBe('/recordings/cam1.flv');
    expect(closed.cover('cannot write "/recordings/cam1.flv"')).toBe('cannot write "/recordings/cam1.flv"');
  });

  it('covers what others wrote in a report, and not what was measured', () => {
    const closed = curtain('rtmp://host/live/h264');
    const report: ProbeReport = {
      ...EMPTY_REPORT,
      url: 'rtmp://host/live/****',
      server: { ...UNKNOWN_SERVER, fmsVer: 'h264 server', properties: { key: 'h264', list: ['a h264'] } },
      stages: [{ stage: 'play', ok: false, ms: 1, words: 'no h264 here' }],
      streams: analysed(healthyStream()).streams,
      data: { messages: 1, names: ['h264'] },
      metadata: { title: 'h264', h264: 1 },
      warnings: [{ code: 'WARN_X', message: 'there is no "h264"', advice: 'look' }],
      expectations: [{ expression: 'metadata.title==x', met: false, actual: 'h264' }],
    };
    const { report: covered } = closed.coverEvent({
      event: 'report' as const,
      report,
      history: new StreamCourse().history(),
    });
    expect(covered.streams).toEqual(report.streams);
    expect(JSON.stringify({ ...covered, streams: [] })).not.toContain('h264');
    expect(curtain('rtmp://host/live/h264', true).coverReport(report).metadata).toEqual({
      title: 'h264',
      h264: 1,
    });
  });

  it('is not torn open by an open text that is part of a secret', () => {
    expect(curtain('rtmp://host/live/abcdefghijk', false, ['def']).cover('abcdefghijk')).toBe('****');
  });

  it('covers what it has shown before, as soon as there is a secret in it', () => {
    const growing = new Curtain(false);
    expect(growing.cover('"live_12345" runs')).toBe('"live_12345" runs');
    expect(growing.coverForeign('live_12345')).toBe('live_12345');
    growing.learn([parseRtmpUrl('rtmp://host/live/live_12345')], []);
    expect(growing.cover('"live_12345" runs')).toBe('"****" runs');
    expect(growing.coverForeign('live_12345')).toBe('****');
  });

  it('learns the same once, however often it is told', () => {
    const twins = ['rtmp://host/live/one', 'rtmp://host/live/two'].map((url) => parseRtmpUrl(url));
    const open = new Curtain(true);
    for (let i = 0; i < 3; i++) open.learn(twins, []);
    expect(open.cover('rtmp://host/live/****')).toBe('rtmp://host/live/one');
    expect(open.cover('rtmp://host/live/**** (2)')).toBe('rtmp://host/live/two');
    expect(open.cover('rtmp://host/live/**** (3)')).toBe('rtmp://host/live/one (3)'); // nothing is called that
  });

  it('goes on covering after any number of texts', () => {
    const closed = curtain('rtmp://host/live/live_12345');
    for (let i = 0; i < 2_500; i++) expect(closed.cover(`${i}: live_12345`)).toBe(`${i}: ****`);
    expect(closed.cover('7: live_12345')).toBe('7: ****');
    expect(closed.cover(`${'-'.repeat(1_000)} live_12345`)).toMatch(/-{1000} \*{4}$/);
  });

  it('shows everything when open', () => {
    const open = curtain('rtmp://user:pass@host/live/live_12345?a=b', true);
    expect(open.cover('publishing rtmp://host/live/****')).toBe('publishing rtmp://host/live/live_12345?a=b');
    expect(open.coverForeign('live_12345')).toBe('live_12345');
  });

  it('has nothing to cover without a URL', () => {
    expect(new Curtain(false).cover('rtmp://host/live/x')).toBe('rtmp://host/live/x');
  });
});

describe('the name of a recording', () => {
  it.each(['SE+KRET', 'naïve%20name?token=x', 'SE/KRET=='])('does not show what it spells otherwise: %s', (name) => {
    const curtain = new Curtain(false, parseRtmpUrl('rtmp://host/live', { app: 'live', streamName: name }));
    const output = `./${recordingName(name, new Date(2026, 10, 23, 17, 8, 47))}`;
    expect(curtain.coverEvent({ ...ENDED, output }).output).toBe('./****-20261123-170847.flv');
    expect(curtain.cover(`${output}: no permission to write`)).toMatch(/^\.\/\*{4}-2026/);
  });
});

describe('the name of a recording of a stream without one', () => {
  it('is no secret', () => {
    const curtain = new Curtain(false, parseRtmpUrl('rtmp://host/live', { app: 'live', streamName: '?token=x' }));
    expect(curtain.cover('cannot write "stream"')).toBe('cannot write "stream"');
  });
});

describe('the name of a recording in an error', () => {
  it('does not show the stream name, however short it is', () => {
    const curtain = new Curtain(false, parseRtmpUrl('rtmp://host/live/SEKRET'));
    expect(curtain.cover('./SEKRET-20261123-170847.flv: no permission to write')).toBe(
      './****-20261123-170847.flv: no permission to write',
    );
    expect(curtain.cover('/SEKRET-box: something else')).toBe('/SEKRET-box: something else');
  });
});
