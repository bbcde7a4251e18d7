import { describe, expect, it } from 'vitest';
import { MediaError, RtmpkitError } from '../src/errors.js';

describe('RtmpkitError', () => {
  it('is told again with what it is about in front, and stays what it is', () => {
    const error = new MediaError('ERR_NOT_FLV', 'this is not an FLV', { stage: 'file', peerWords: 'x', advice: 'try' });
    const told = error.about('a.flv');
    expect(told).toBeInstanceOf(MediaError);
    expect(told).toMatchObject({
      name: 'MediaError',
      code: 'ERR_NOT_FLV',
      message: 'a.flv: this is not an FLV',
      stage: 'file',
      peerWords: 'x',
      advice: 'try',
      cause: error,
    });
  });

  it('has no words of a peer that said nothing', () => {
    expect(new RtmpkitError('ERR_REJECTED', 'no', { peerWords: '' }).peerWords).toBeUndefined();
  });
});
