import { describe, expect, it } from 'vitest';
import { type AmfValue, amfObject } from '../../../src/amf/value.js';
import { type Command, command } from '../../../src/rtmp/message/command.js';
import { errorCommand, readAnswer, resultCommand } from '../../../src/rtmp/message/commands/answer.js';
import { type ClientCommand, readClientCommand } from '../../../src/rtmp/message/commands/client-command.js';
import { connectCommand } from '../../../src/rtmp/message/commands/connect.js';
import { createStreamCommand } from '../../../src/rtmp/message/commands/create-stream.js';
import { deleteStreamCommand } from '../../../src/rtmp/message/commands/end-stream.js';
import { onStatusCommand } from '../../../src/rtmp/message/commands/on-status.js';
import { pauseCommand } from '../../../src/rtmp/message/commands/pause.js';
import { playCommand } from '../../../src/rtmp/message/commands/play.js';
import { publishCommand } from '../../../src/rtmp/message/commands/publish.js';
import { receiveMediaCommand } from '../../../src/rtmp/message/commands/receive-media.js';
import { seekCommand } from '../../../src/rtmp/message/commands/seek.js';
import { streamNameCommand } from '../../../src/rtmp/message/commands/stream-name-call.js';

type Read = ClientCommand extends infer C ? (C extends ClientCommand ? Omit<C, 'transactionId'> : never) : never;

describe('readClientCommand', () => {
  it.each<[string, readonly AmfValue[], Read]>([
    ['createStream', [], { kind: 'createStream' }],
    ['releaseStream', ['key'], { kind: 'streamNameCall', name: 'releaseStream', streamName: 'key' }],
    ['FCPublish', [], { kind: 'streamNameCall', name: 'FCPublish', streamName: '' }],
    ['FCUnpublish', [7], { kind: 'streamNameCall', name: 'FCUnpublish', streamName: '' }],
    ['FCSubscribe', ['key'], { kind: 'streamNameCall', name: 'FCSubscribe', streamName: 'key' }],
    ['FCUnsubscribe', ['key'], { kind: 'streamNameCall', name: 'FCUnsubscribe', streamName: 'key' }],
    ['getStreamLength', ['key'], { kind: 'streamNameCall', name: 'getStreamLength', streamName: 'key' }],
    ['_checkbw', [], { kind: 'checkBandwidth' }],
    ['publish', ['key', 'live'], { kind: 'publish', streamName: 'key', publishType: 'live' }],
    ['publish', ['key', 'record'], { kind: 'publish', streamName: 'key', publishType: 'record' }],
    ['publish', ['key', 'append'], { kind: 'publish', streamName: 'key', publishType: 'append' }],
    ['publish', ['key', 'LIVE'], { kind: 'publish', streamName: 'key', publishType: 'live' }],
    ['publish', ['key'], { kind: 'publish', streamName: 'key', publishType: 'live' }],
    ['publish', [false], { kind: 'publish', streamName: undefined, publishType: 'live' }],
    ['play', ['key'], { kind: 'play', streamName: 'key', start: undefined, duration: undefined, reset: true }],
    ['play', ['key', -2000], { kind: 'play', streamName: 'key', start: -2000, duration: undefined, reset: true }],
    ['play', ['key', 1, 2, false], { kind: 'play', streamName: 'key', start: 1, duration: 2, reset: false }],
    ['play', ['key', 1, 2, 0], { kind: 'play', streamName: 'key', start: 1, duration: 2, reset: false }],
    ['play', ['key', 1, 2, 3], { kind: 'play', streamName: 'key', start: 1, duration: 2, reset: true }],
    [
      'play',
      ['key', Number.NaN, Number.POSITIVE_INFINITY],
      { kind: 'play', streamName: 'key', start: undefined, duration: undefined, reset: true },
    ],
    ['play', [false], { kind: 'play', streamName: undefined, start: undefined, duration: undefined, reset: true }],
    [
      'play2',
      [amfObject({ streamName: 'b', start: -1, len: 5, oldStreamName: 'a', transition: 'switch' })],
      { kind: 'play', streamName: 'b', start: -1, duration: 5, reset: true },
    ],
    ['play2', [], { kind: 'play', streamName: undefined, start: undefined, duration: undefined, reset: true }],
    ['pause', [true, 40], { kind: 'pause', paused: true, positionMs: 40 }],
    ['pause', [], { kind: 'pause', paused: true, positionMs: 0 }],
    ['pauseRaw', [false, 40], { kind: 'pause', paused: false, positionMs: 40 }],
    ['pauseraw', [0], { kind: 'pause', paused: false, positionMs: 0 }],
    ['seek', [1500], { kind: 'seek', positionMs: 1500 }],
    ['seek', [-5], { kind: 'seek', positionMs: 0 }],
    ['seek', [Number.NaN], { kind: 'seek', positionMs: 0 }],
    ['receiveAudio', [false], { kind: 'receiveAudio', wanted: false }],
    ['receiveVideo', [1], { kind: 'receiveVideo', wanted: true }],
    ['receiveVideo', [], { kind: 'receiveVideo', wanted: true }],
    ['deleteStream', [1], { kind: 'deleteStream', target: 1 }],
    ['deleteStream', ['key'], { kind: 'deleteStream', target: 'key' }],
    ['deleteStream', [null], { kind: 'deleteStream', target: undefined }],
    ['closeStream', [], { kind: 'closeStream' }],
    ['_result', [5], { kind: 'answer', isError: false, properties: null, information: 5 }],
    ['_error', [], { kind: 'answer', isError: true, properties: null, information: undefined }],
    ['releasestream', ['key'], { kind: 'otherCall', name: 'releasestream' }],
    ['__proto__', [], { kind: 'otherCall', name: '__proto__' }],
  ])('%s %j', (name, args, expected) => {
    expect(readClientCommand(command(name, 3, null, ...args))).toEqual({ ...expected, transactionId: 3 });
  });

  it('reads connect, with objects of any kind or none', () => {
    const properties = amfObject({ app: 'live' });
    expect(readClientCommand(command('connect', 1, properties, 'extra'))).toEqual({
      kind: 'connect',
      transactionId: 1,
      properties,
      userArguments: ['extra'],
    });
    expect(readClientCommand(command('connect', 1, null))).toMatchObject({ properties: new Map() });
  });
});

/** What the writers make, as the arguments of `encodeAmf0`. */
function values({ name, transactionId, commandObject, args }: Command): AmfValue[] {
  return [name, transactionId, commandObject, ...args];
}

describe('writers', () => {
  const status = { level: 'error', code: 'NetStream.Failed', description: 'why' } as const;
  const information = amfObject(status);
  const properties = amfObject({ app: 'live' });
  const play = { streamName: 'key', start: -2000 };

  it.each<[Command, readonly AmfValue[]]>([
    [connectCommand({ transactionId: 1, properties, userArguments: [5] }), ['connect', 1, properties, 5]],
    [createStreamCommand(2), ['createStream', 2, null]],
    [streamNameCommand('FCPublish', 3, 'key'), ['FCPublish', 3, null, 'key']],
    [publishCommand(4, 'key', 'record'), ['publish', 4, null, 'key', 'record']],
    [playCommand(5, play), ['play', 5, null, 'key', -2000]],
    [playCommand(5, { ...play, duration: 9 }), ['play', 5, null, 'key', -2000, 9]],
    [playCommand(5, { ...play, reset: false }), ['play', 5, null, 'key', -2000, -1000, false]],
    [pauseCommand(6, false, 40), ['pause', 6, null, false, 40]],
    [seekCommand(7, 40), ['seek', 7, null, 40]],
    [receiveMediaCommand('receiveAudio', 8, false), ['receiveAudio', 8, null, false]],
    [deleteStreamCommand(9, 1), ['deleteStream', 9, null, 1]],
    [resultCommand(10), ['_result', 10, null]],
    [resultCommand(10, 1), ['_result', 10, null, 1]],
    [errorCommand(11, status), ['_error', 11, null, information]],
    [onStatusCommand(status), ['onStatus', 0, null, information]],
  ])('%#', (written, expected) => {
    expect(values(written)).toEqual(expected);
  });

  it('write answers that are read as such', () => {
    expect(readAnswer(errorCommand(3, status))).toEqual({
      kind: 'answer',
      isError: true,
      transactionId: 3,
      properties: null,
      information,
    });
  });
});
