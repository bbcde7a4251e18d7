import { describe, expect, it } from 'vitest';
import { isSourceUrl, parseSourceUrl, urlInput } from '../../src/ffmpeg/url-input.js';

function inputFor(text: string, startMs = 0) {
  return urlInput(parseSourceUrl(text), startMs, []);
}

describe('isSourceUrl', () => {
  it.each([
    ['rtsp://host/x', true],
    ['srt://:9000?mode=listener', true],
    ['udp://@239.0.0.1:1234', true],
    ['C:\\film.flv', false],
    ['C:/film.flv', false],
    ['film.flv', false],
    ['camera:/dev/video0', false],
  ])('%s: %s', (text, expected) => {
    expect(isSourceUrl(text)).toBe(expected);
  });
});

describe('parseSourceUrl', () => {
  it.each([
    [
      'RTSP://u:p@host:554/path?token=x',
      { scheme: 'rtsp', label: 'rtsp://host:554/path', isLive: true, isListener: false },
    ],
    ['http://host/a.mp4', { scheme: 'http', label: 'http://host/a.mp4', isLive: false, isListener: false }],
    ['srt://:9000?mode=listener', { label: 'srt://:9000', isLive: true, isListener: true }],
    ['http://host:80/?listen=1', { isListener: true }],
    ['udp://@239.0.0.1:1234?fifo_size=1', { label: 'udp://239.0.0.1:1234', isLive: true }],
    ['rtsp://u:p@ss@host/', { label: 'rtsp://host/' }],
  ])('%s', (text, expected) => {
    expect(parseSourceUrl(text)).toMatchObject(expected);
  });

  it.each(['http://host/a b', 'http://host/a\nfile x'])('refuses %j', (text) => {
    expect(() => parseSourceUrl(text)).toThrow(expect.objectContaining({ code: 'ERR_URL' }));
  });
});

describe('urlInput', () => {
  it('names a URL without secrets', () => {
    const { args, script } = inputFor('http://host/film.mp4', 1500);
    expect(args.slice(-4)).toEqual(['-ss', '1.500', '-i', 'http://host/film.mp4']);
    expect(script).toBeUndefined();
    expect(inputFor('udp://@239.0.0.1:1234?fifo_size=1').script).toBeUndefined();
  });

  it.each([
    'rtsp://admin:geheim@host/1',
    'rtsp://admin@host/1',
    'https://host/live.m3u8?token=geheim',
    'srt://host:1?passphrase=geheim',
  ])('gives %s through a pipe', (text) => {
    const { args, script } = inputFor(text);
    expect(args.join(' ')).not.toMatch(/geheim|admin|host/);
    expect(args.slice(-2)).toEqual(['-i', 'pipe:0']);
    expect(script).toBe(`ffconcat version 1.0\nfile '${text}'\n`);
  });

  it('quotes what could be taken for more, and begins where it is wanted', () => {
    const { script } = inputFor("http://u:it's@host/a?b=c", 2500);
    expect(script).toBe("ffconcat version 1.0\nfile 'http://u:it'\\''s@host/a?b=c'\ninpoint 2.500\n");
  });

  it('lets FFmpeg read nothing but the network', () => {
    const { args } = inputFor('http://host/live.m3u8');
    expect(args[args.indexOf('-protocol_whitelist') + 1]?.split(',')).not.toContain('file');
  });

  it.each([
    ['rtsp://admin:pw@host/1', 'rtsp://admin:pw@host/1: 401 for admin, pw', 'rtsp://host/1: 401 for ****, ****'],
    ['http://host/x?token=s3cr3t', 'http://host/x?token=s3cr3t failed (s3cr3t)', 'http://host/x failed (****)'],
    ['http://host/x?', 'is it http://host/x? or not?', 'is it http://host/x or not?'],
    ['http://host/x', 'http://host/x: 404', 'http://host/x: 404'],
  ])('takes the secrets of %s out of what FFmpeg says', (text, said, shown) => {
    expect(inputFor(text).redact(said)).toBe(shown);
  });
});
