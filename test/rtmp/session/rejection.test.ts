import { describe, expect, it } from 'vitest';
import type { ErrorCode, Stage } from '../../../src/errors.js';
import { rejectionToError } from '../../../src/rtmp/session/rejection.js';

const URL = {
  app: 'live?authmod=adobe&user=u&response=r',
  streamName: 'key+1?token=secret',
  redacted: 'rtmp://h/live/****',
};

describe('rejectionToError', () => {
  it.each<['connect' | 'createStream' | 'publish' | 'play', string, string, ErrorCode, Stage]>([
    ['connect', 'NetConnection.Connect.InvalidApp', 'no such app', 'ERR_APP_NOT_FOUND', 'connect'],
    ['connect', 'NetConnection.Connect.Rejected', 'code=403 need auth; authmod=adobe', 'ERR_AUTH', 'connect'],
    ['connect', 'NetConnection.Connect.Rejected', '?reason=nosuchuser&opaque=x', 'ERR_AUTH', 'connect'],
    ['connect', 'NetConnection.Connect.Rejected', 'maintenance', 'ERR_REJECTED', 'connect'],
    ['connect', 'NetConnection.Connect.Failed', 'access denied', 'ERR_DENIED', 'connect'],
    ['connect', '', '', 'ERR_REJECTED', 'connect'],
    ['createStream', 'NetConnection.Call.Failed', '', 'ERR_REJECTED', 'connect'],
    ['publish', 'NetStream.Publish.BadName', 'Already publishing', 'ERR_STREAM_BUSY', 'publish'],
    ['publish', 'NetStream.Publish.Unauthorized', '', 'ERR_AUTH', 'publish'],
    ['publish', 'NetStream.Publish.Denied', 'no', 'ERR_DENIED', 'publish'],
    ['publish', 'NetStream.Publish.Rejected', 'invalid stream key', 'ERR_AUTH', 'publish'],
    ['publish', 'NetStream.Publish.Rejected', 'not allowed to publish', 'ERR_DENIED', 'publish'],
    ['publish', 'NetStream.Publish.Rejected', '', 'ERR_REJECTED', 'publish'],
    ['play', 'NetStream.Play.StreamNotFound', '', 'ERR_STREAM_NOT_FOUND', 'play'],
    ['play', 'NetStream.Play.Failed', 'token expired', 'ERR_AUTH', 'play'],
    ['play', 'NetStream.Play.Failed', '', 'ERR_REJECTED', 'play'],
  ])('%s %s "%s"', (command, code, description, expected, stage) => {
    const error = rejectionToError(command, { level: 'error', code, description }, URL);
    expect(error).toMatchObject({ name: 'RejectedError', code: expected, stage });
    expect(error.message).toContain('rtmp://h/live/****');
    expect(error.peerWords ?? '').toContain(code);
  });

  it('never tells a secret, neither in its message nor in the words of the peer', () => {
    const description = 'live/key+1?token=secret and key+1 (?salt=abc&challenge=def) on\nserver\u001b[31m 7';
    for (const code of ['NetStream.Publish.BadName', 'NetConnection.Connect.InvalidApp', 'NetStream.Failed']) {
      const error = rejectionToError('publish', { level: 'error', code, description }, URL);
      expect(`${error.message} ${error.peerWords}`).not.toMatch(/key|secret|abc|def\b|user=u|response/);
      expect(error.peerWords).toBe(`${code}: live/**** and **** (?salt=****&challenge=**** on server [31m 7`);
    }
  });

  it('leaves words alone that only contain the name of the stream', () => {
    const status = { level: 'error', code: 'NetStream.Play.StreamNotFound', description: 'a stream a' } as const;
    const error = rejectionToError('play', status, { ...URL, streamName: 'a' });
    expect(error.peerWords).toBe('NetStream.Play.StreamNotFound: **** stream ****');
  });

  it('cuts what a server says at great length', () => {
    const status = { level: 'error', code: 'X', description: 'y'.repeat(10_000) } as const;
    expect(rejectionToError('play', status, { ...URL, streamName: '' }).peerWords?.length).toBe(300);
  });
});
