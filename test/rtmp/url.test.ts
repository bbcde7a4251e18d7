import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { isRtmpUrl, parseRtmpUrl, type RtmpUrlOverrides, redactUrl } from '../../src/rtmp/url.js';

describe('parseRtmpUrl', () => {
  it('gives all parts', () => {
    expect(parseRtmpUrl('rtmp://user:pa%2Fss@example.org:1936/live/inst/key?token=a%20b')).toEqual({
      scheme: 'rtmp',
      host: 'example.org',
      port: 1936,
      app: 'live/inst',
      streamName: 'key?token=a%20b',
      tcUrl: 'rtmp://example.org:1936/live/inst',
      user: 'user',
      password: 'pa/ss',
      redacted: 'rtmp://example.org:1936/live/inst/****',
    });
  });

  it.each([
    ['live/key', 'live', 'key'],
    ['live/inst/key', 'live/inst', 'key'],
    ['a/b/c/d/key', 'a/b/c/d', 'key'],
    ['vod/mp4:dir/f.mp4', 'vod/mp4:dir', 'f.mp4'],
    ['live/key?u=a/b', 'live', 'key?u=a/b'],
    ['live/key?a=1?b=2&c=/', 'live', 'key?a=1?b=2&c=/'],
    ['live/%6bey%20?x=%2f', 'live', '%6bey%20?x=%2f'],
    ['li%20ve/key', 'li%20ve', 'key'],
    ['live/key#part', 'live', 'key#part'],
    ['live/key@home', 'live', 'key@home'],
    ['live/ключ', 'live', 'ключ'],
    ['live', 'live', ''],
    ['live/', 'live', ''],
    ['app/inst/', 'app/inst', ''],
    ['live2?backup=1', 'live2?backup=1', ''],
    ['live2/?backup=1', 'live2?backup=1', ''],
    ['app?vhost=v/name', 'app?vhost=v/name', ''],
  ])('splits %s', (path, app, streamName) => {
    const url = parseRtmpUrl(`rtmp://host/${path}`);
    expect(url).toMatchObject({ app, streamName, tcUrl: `rtmp://host/${app}` });
  });

  it.each<[string, RtmpUrlOverrides, string, string, string]>([
    ['live/key', { app: 'other' }, 'other', 'key', 'rtmp://host/other/****'],
    ['key', { app: 'a/b' }, 'a/b', 'key', 'rtmp://host/a/b/****'],
    ['key?t=1', { app: 'a' }, 'a', 'key?t=1', 'rtmp://host/a/****'],
    ['', { app: 'a' }, 'a', '', 'rtmp://host/a'],
    ['live/key?t=1', { streamName: 'other' }, 'live', 'other', 'rtmp://host/live/****'],
    ['live', { streamName: 'k/e/y' }, 'live', 'k/e/y', 'rtmp://host/live/****'],
    ['live2?backup=1', { streamName: 'key' }, 'live2?backup=1', 'key', 'rtmp://host/live2/****'],
    ['app/inst/', { streamName: 'key' }, 'app/inst', 'key', 'rtmp://host/app/inst/****'],
    ['x/y', { app: 'a', streamName: 'b' }, 'a', 'b', 'rtmp://host/a/****'],
    ['', { app: 'a', streamName: 'b' }, 'a', 'b', 'rtmp://host/a/****'],
    ['live/key', { app: undefined, streamName: undefined }, 'live', 'key', 'rtmp://host/live/****'],
  ])('overrides parts of "%s" with %o', (path, overrides, app, streamName, redacted) => {
    const url = parseRtmpUrl(`rtmp://host/${path}`, overrides);
    expect(url).toMatchObject({ app, streamName, redacted, tcUrl: `rtmp://host/${app}` });
  });

  it.each([
    ['rtmp://host/live/k', 'rtmp', 'host', 1935, 'rtmp://host/live'],
    ['rtmps://host/live/k', 'rtmps', 'host', 443, 'rtmps://host/live'],
    ['RTMP://Host/live/k', 'rtmp', 'Host', 1935, 'rtmp://Host/live'],
    ['rtmps://host:443/live/k', 'rtmps', 'host', 443, 'rtmps://host:443/live'],
    ['rtmp://192.0.2.1:65535/live/k', 'rtmp', '192.0.2.1', 65535, 'rtmp://192.0.2.1:65535/live'],
    ['rtmp://[::1]/live/k', 'rtmp', '::1', 1935, 'rtmp://[::1]/live'],
    ['rtmp://[::1]:19490/live/k', 'rtmp', '::1', 19490, 'rtmp://[::1]:19490/live'],
    ['rtmp://u:p@[fe80::1%eth0]:1/live/k', 'rtmp', 'fe80::1%eth0', 1, 'rtmp://[fe80::1%eth0]:1/live'],
  ])('reads host and port of %s', (text, scheme, host, port, tcUrl) => {
    expect(parseRtmpUrl(text)).toMatchObject({ scheme, host, port, tcUrl });
  });

  it.each([
    ['user:pass', 'user', 'pass'],
    ['user', 'user', undefined],
    ['user:', 'user', ''],
    ['us%40er:p%3Aa%25ss', 'us@er', 'p:a%ss'],
    ['user:p@ss:w@rd', 'user', 'p@ss:w@rd'],
    ['user:p?s#w', 'user', 'p?s#w'],
    ['', undefined, undefined],
  ])('reads the userinfo "%s"', (userinfo, user, password) => {
    const url = parseRtmpUrl(`rtmp://${userinfo}@host/live/key`);
    expect([url.user, url.password]).toEqual([user, password]);
    expect(url).toMatchObject({ host: 'host', tcUrl: 'rtmp://host/live', redacted: 'rtmp://host/live/****' });
  });

  it.each([
    ['', /nothing came/, undefined],
    [
      'http://host/live/key',
      /expected rtmp:\/\/ or rtmps:\/\/, but http:\/\/ came: http:\/\/host\/live\/\*+$/,
      /rtmp:\/\//,
    ],
    ['https://host/live/key', /but https:\/\/ came/, /rtmps:\/\//],
    ['srt://host:9000', /but srt:\/\/ came/, /RTMP address/],
    ['rtmpt://host/live/key', /rtmpt:\/\/ \(RTMP inside HTTP\) is not supported yet/, /use rtmp:\/\//],
    ['rtmpts://host/live/key', /not supported yet/, /use rtmp:\/\//],
    ['rtmpe://host/live/key', /not supported yet/, /use rtmp:\/\//],
    ['RTMPTE://host/live/key', /not supported yet/, /use rtmp:\/\//],
    ['rtmfp://host/live/key', /not supported yet/, /use rtmp:\/\//],
    ['host/live/key', /no scheme came: host\/live\/\*+$/, /put rtmp:\/\//],
    ['host:1935/live/key', /no scheme came: host:1935\/live\/\*+$/, /put rtmp:\/\//],
    ['rtmp:/host/live/key', /two slashes are missing/, /both slashes/],
    ['rtmp:host/live/key', /two slashes are missing/, /both slashes/],
    ['rtmp:///live/key', /expected a host .* but none came/, /name or address/],
    ['rtmp://:1935/live/key', /expected a host .* but none came/, /name or address/],
    ['rtmp://user:pass@/live/key', /expected a host .* but none came/, /name or address/],
    ['rtmp://host', /expected an app behind the host .* but none came: rtmp:\/\/host$/, /add \/app\/name/],
    ['rtmp://host/', /expected an app/, /add \/app\/name/],
    ['rtmp://host//key', /expected an app/, /add \/app\/name/],
    ['rtmp://host?app=live', /expected an app/, /add \/app\/name/],
    ['rtmp://host/?app=live', /expected an app/, /add \/app\/name/],
    ['rtmp://host:99999/live/key', /port from 1 to 65535.*: rtmp:\/\/host:99999\/live\/\*+$/, /leave ":port" out/],
    ['rtmp://host:0/live/key', /port from 1 to 65535/, /leave ":port" out/],
    ['rtmp://host:/live/key', /port from 1 to 65535/, /leave ":port" out/],
    ['rtmp://host:rtmp/live/key', /port from 1 to 65535/, /leave ":port" out/],
    ['rtmp://host:+1/live/key', /port from 1 to 65535/, /leave ":port" out/],
    ['rtmp://::1/live/key', /several colons/, /in brackets/],
    ['rtmp://fe80::1:1935/live/key', /several colons/, /in brackets/],
    ['rtmp://[::1/live/key', /several colons or brackets/, /in brackets/],
    ['rtmp://[host]/live/key', /IPv6 address in the brackets/, /\[::1\]/],
    ['rtmp://[]/live/key', /IPv6 address in the brackets/, /\[::1\]/],
    ['rtmp://ho|st/live/key', /unusual characters/, /as in rtmp:/],
    ['rtmp://host\\live\\key', /unusual characters/, /as in rtmp:/],
    ['rtmp://host/live/my key', /without spaces/, /%20/],
    ['rtmp://host/live/key\n', /without spaces/, /%20/],
    [' rtmp://host/live/key', /without spaces/, /%20/],
    ['rtmp://us%er:pass@host/live/key', /% escapes/, /%25/],
    ['rtmp://user:pa%FFss@host/live/key', /% escapes/, /%25/],
    ['rtmp://host/live\\key', /a backslash came/, /into \//],
    ['rtmp://user:12/34@host/live/key', /an @ came in the app/, /%2F/],
  ])('refuses "%s"', (text, message, advice) => {
    const error = errorOf(() => parseRtmpUrl(text));
    expect(error).toMatchObject({ code: 'ERR_URL', kind: 'usage', stage: 'options' });
    expect(error.message).toMatch(message);
    if (advice !== undefined) {
      expect(error.advice).toMatch(advice);
    }
    expect(error.message).not.toMatch(/key|pass(?!word)|\p{Cc}/u);
  });

  it.each<[RtmpUrlOverrides, RegExp]>([
    [{ app: '' }, /expected an app/],
    [{ streamName: 'secret\n' }, /as stream name, but a line break/],
    [{ app: 'a\u0000' }, /as app, but a line break/],
  ])('refuses the overrides %j', (overrides, message) => {
    const error = errorOf(() => parseRtmpUrl('rtmp://host/live/key', overrides));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('secret');
  });
});

describe('isRtmpUrl', () => {
  it.each(['rtmp://h/a/b', 'RTMPS://h', 'rtmpt://h', 'rtmpte://h', 'rtmp:/h', 'rtmpx://h', 'rtmfp://h', ' rtmp://h'])(
    'takes "%s" for a URL',
    (text) => {
      expect(isRtmpUrl(text)).toBe(true);
    },
  );

  it.each(['file.flv', '-', 'rtmp.flv', './rtmp:/x', 'http://host/rtmp://x', 'C:/rtmp', ''])('not "%s"', (text) => {
    expect(isRtmpUrl(text)).toBe(false);
  });
});

describe('redactUrl', () => {
  it.each([
    ['rtmp://host/live/key', 'rtmp://host/live/****'],
    ['rtmp://u:p@host:1/a/b/key?token=1', 'rtmp://host:1/a/b/****'],
    ['rtmp://[::1]:1/live/key', 'rtmp://[::1]:1/live/****'],
    ['rtmp://host/live', 'rtmp://host/live'],
    ['rtmp://host/live/', 'rtmp://host/live/'],
    ['rtmp://host/live\\key', 'rtmp://host/****'],
    ['rtmp://host\\live\\key', 'rtmp://host'],
    ['rtmp://host/live?token=1', 'rtmp://host/live'],
    ['rtmp://host/live/key/', 'rtmp://host/live/****'],
    ['rtmp://host', 'rtmp://host'],
    ['rtmp://host?token=1', 'rtmp://host'],
    ['http://host/live/key', 'http://host/live/****'],
    ['host/live/key', 'host/live/****'],
    ['host/key', 'host/****'],
    ['key', '****'],
    ['', ''],
    ['user:pass@host/live/key', 'host/live/****'],
    ['rtmp:/user:pass@host/live/key', 'rtmp:/host/live/****'],
    ['rtmp://user:pa/ss@host/live/key', 'rtmp://user/****'],
    ['rtmp://user:12/34@host/live/key', 'rtmp://user/****'],
    ['rtmp://u@x:12/34@host/live/key', 'rtmp://****'],
    ['rtmp://user:pass/live/key', 'rtmp://user:****/live/****'],
    ['rtmp://host/live/my key/part', 'rtmp://host/live/**** ****'],
    ['rtmp://user:12 34@host/live/key', 'rtmp://user/**** ****'],
    ['rtmp://host/live/a rtmp://host/live/b', 'rtmp://host/live/**** ****'],
    ['rtmp://ho\u001bst/live/key', 'rtmp://ho\uFFFDst/live/****'],
  ])('%j becomes %j', (text, redacted) => {
    expect(redactUrl(text)).toBe(redacted);
  });
});

describe('secrets', () => {
  const templates = [
    'rtmp://u:PASSWORD@host/live/KEY',
    'rtmp://u:PASSWORD@host:1935/live/KEY?token=KEY',
    'rtmp://u:PASSWORD@host:99999/live/KEY',
    'rtmp://u:PASSWORD@/live/KEY',
    'rtmp://u:PASSWORD@::1/live/KEY',
    'rtmp://u:PASSWORD@[::g]/live/KEY',
    'rtmp://u:PASSWORD@ho st/live/KEY',
    'rtmp://u:PASSWORD@host//KEY',
    'rtmp://u:PASSWORD@host/live/KEY/',
    'rtmp://u:PASSWORD@host/live',
    'rtmp:/u:PASSWORD@host/live/KEY',
    'http://u:PASSWORD@host/live/KEY',
    'rtmpe://u:PASSWORD@host/live/KEY',
    'u:PASSWORD@host/live/KEY',
    'rtmp://u:PASSWORD@host/live/KEY\n',
  ];
  const pieces = (characters: string) =>
    fc.array(fc.constantFrom(...characters, 'QqQq', 'ZzZz'), { minLength: 1, maxLength: 8 }).map((all) => all.join(''));

  it('are in no error and no redaction, however the URL is damaged', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...templates),
        pieces('1:@/?#% &=é\t'),
        pieces('1:@?#% &=é\t'),
        (template, password, key) => {
          fc.pre(!isAmbiguous(password));
          const text = template.replace('PASSWORD', () => password).replaceAll('KEY', () => key);
          expect(shownFor(text)).not.toMatch(/QqQq|ZzZz/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  /** `rtmp://u:12/app/name?34@host` and `rtmp://u:p@host/ss@host` are whole URLs, whatever the person meant. */
  function isAmbiguous(password: string): boolean {
    return password.includes('/') && /[@?]/.test(password);
  }

  function shownFor(text: string): string {
    try {
      const url = parseRtmpUrl(text);
      return redactUrl(text) + url.redacted;
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      return redactUrl(text) + JSON.stringify(error, ['message', 'advice', 'peerWords']) + (error as Error).stack;
    }
  }
});

function errorOf(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('nothing was thrown');
}

describe('user and password of their own', () => {
  it('take the place of those in the URL, byte for byte', () => {
    const given = { user: 'us%41r', password: 'p@ss:/%' };
    expect(parseRtmpUrl('rtmp://a:b@host/live/name', given)).toMatchObject(given);
    expect(parseRtmpUrl('rtmp://host/live/name', given)).toMatchObject({ ...given, redacted: 'rtmp://host/live/****' });
    expect(parseRtmpUrl('rtmp://a:b@host/live/name', {})).toMatchObject({ user: 'a', password: 'b' });
  });
});
