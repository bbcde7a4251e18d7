import { describe, expect, it } from 'vitest';
import { movedUrl } from '../../src/rtmp/moved-url.js';
import { parseRtmpUrl } from '../../src/rtmp/url.js';

const HERE = parseRtmpUrl('rtmp://one.example:1940/live/event/key?token=a/b');

describe('movedUrl', () => {
  it.each([
    ['nothing: the same', undefined, 'rtmp://one.example:1940/live/event', 1940],
    ['an empty text: the same', '', 'rtmp://one.example:1940/live/event', 1940],
    ['another server', 'rtmp://two.example/live/event', 'rtmp://two.example/live/event', 1935],
    ['another port and app', 'rtmp://one.example:1999/other', 'rtmp://one.example:1999/other', 1999],
    ['TLS', 'rtmps://two.example/live', 'rtmps://two.example/live', 443],
    ['an app of the same server', '/backup', 'rtmp://one.example:1940/backup', 1940],
    ['a neighbour', 'other', 'rtmp://one.example:1940/live/other', 1940],
    ['a server without an app', '//two.example', 'rtmp://two.example/live/event', 1935],
    ['IPv6', 'rtmp://[::1]:1936/live/', 'rtmp://[::1]:1936/live', 1936],
  ])('%s', (_, tcUrl, expected, port) => {
    const moved = movedUrl(HERE, tcUrl);
    expect(moved).toMatchObject({ tcUrl: expected, port, streamName: 'key?token=a/b' });
    expect(moved?.redacted).not.toContain('key');
  });

  it.each([['http://two.example/live'], ['rtmp://'], ['rtmp://two.example:99999/live'], ['javascript:alert(1)']])(
    'does not follow to %s',
    (tcUrl) => {
      expect(movedUrl(HERE, tcUrl)).toBeUndefined();
    },
  );

  it('does not give up encryption', () => {
    expect(movedUrl(parseRtmpUrl('rtmps://one.example/live/key'), 'rtmp://one.example/live')).toBeUndefined();
  });

  it('keeps user and password', () => {
    const moved = movedUrl(parseRtmpUrl('rtmp://me:hush@one.example/live/key'), '//two.example/live');
    expect(moved).toMatchObject({ host: 'two.example', user: 'me', password: 'hush', streamName: 'key' });
  });
});
