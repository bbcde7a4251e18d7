import { describe, expect, it } from 'vitest';
import { streamAddress } from '../../../src/rtmp/session/stream-address.js';

const FFMPEG = 'FMLE/3.0 (compatible; Lavf59.27.100)';
const FFMPEG_PLAYER = 'LNX 9,0,124,2';
const OBS = 'FMLE/3.0 (compatible; FMSc/1.0)';

describe('streamAddress', () => {
  it.each<[string, string, string, string, string, string, string]>([
    ['one segment each', 'live', 'key', '', 'live', 'key', ''],
    ['FFmpeg takes two segments for the app', 'live/inst', 'key', FFMPEG, 'live/inst', 'key', ''],
    ['FFmpeg leaves slashes in the name', 'a/b', 'c/key', FFMPEG, 'a/b/c', 'key', ''],
    ['librtmp does not', 'a/b/c', 'key', FFMPEG_PLAYER, 'a/b/c', 'key', ''],
    ['a query behind the name', 'live', 'key?token=a%20b', FFMPEG, 'live', 'key', 'token=a%20b'],
    ['a slash in it, in two fields', 'live', 'key?token=a/b?c', OBS, 'live', 'key', 'token=a/b?c'],
    ['a slash in it, cut by FFmpeg', 'live/key?u=a', 'b', FFMPEG, 'live', 'key', 'u=a/b'],
    ['two slashes in it, cut by librtmp', 'live/key?u=a/b', 'c', FFMPEG_PLAYER, 'live', 'key', 'u=a/b/c'],
    ['a second question mark', 'live/key?u=a', 'b?c=d', FFMPEG, 'live', 'key', 'u=a/b?c=d'],
    ['a longer path, cut by FFmpeg', 'a/b', 'key?x=1/2', FFMPEG, 'a/b', 'key', 'x=1/2'],
    ['a client that says nothing about itself', 'live/key?u=a', 'b', '', 'live', 'key', 'u=a/b'],
    ['a query behind the app in OBS', 'live2?backup=1', 'key', OBS, 'live2', 'key', 'backup=1'],
    ['the same in FFmpeg', 'live2?backup=1', 'key', FFMPEG, 'live2', 'key', 'backup=1'],
    ['behind an app of two segments in OBS', 'live/inst?x=1', 'key', OBS, 'live/inst', 'key', 'x=1'],
    ['behind both', 'live?x=1', 'key?y=2', OBS, 'live', 'key', 'x=1&y=2'],
    ['all in the app, as gortmplib sends it', 'live/key?u=a/b', '', FFMPEG_PLAYER, 'live', 'key', 'u=a/b'],
    ['the default instance', 'live/_definst_', 'key', '', 'live', 'key', ''],
    ['the default instance in the name', 'live', '_definst_/key', '', 'live', 'key', ''],
    ['an app of that name', '_definst_', 'key', '', '_definst_', 'key', ''],
    ['slashes at the ends and doubled', '/live/', '/key/', '', 'live', 'key', ''],
    ['doubled', 'live//inst', 'key', '', 'live/inst', 'key', ''],
    ['no app', '', 'key', '', '', 'key', ''],
    ['nothing at all', '', '', '', '', '', ''],
    ['a type in front', 'vod', 'mp4:dir/f.mp4', FFMPEG, 'vod/mp4:dir', 'f.mp4', ''],
  ])('%s', (_, app, name, flashVer, expectedApp, streamName, query) => {
    expect(streamAddress(app, name, flashVer)).toEqual({ app: expectedApp, streamName, query });
  });
});
