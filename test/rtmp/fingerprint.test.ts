import { describe, expect, it } from 'vitest';
import { amfObject, ecmaArray } from '../../src/amf/value.js';
import { capsExOf, fourCcsOf, identifyServer, type ServerTraits } from '../../src/rtmp/fingerprint.js';

const FMS = amfObject({ fmsVer: 'FMS/3,0,1,123', capabilities: 31 });
const SUCCESS = amfObject({ level: 'status', code: 'NetConnection.Connect.Success', objectEncoding: 0 });
const FIVE_SIX_ONE = ['window 5000000', 'bandwidth 5000000', 'chunk 4096', '_result'];
const ANY_CODEC = { fourCcList: ['*'], capsEx: 14 };

const TRAITS: ServerTraits = { handshakeVersion: 0, order: [], properties: new Map(), information: new Map() };

/** As protocol.md 2.2, 5.3 and 10.2 know them, and as they were seen. */
const KNOWN: readonly (readonly [software: string, version: string | undefined, traits: Partial<ServerTraits>])[] = [
  ['nginx-rtmp', undefined, { handshakeVersion: 0x0d0e0a0d, order: FIVE_SIX_ONE, properties: FMS }],
  ['nginx-rtmp', undefined, { handshakeVersion: 0, order: FIVE_SIX_ONE, properties: FMS }],
  ['nginx-rtmp', undefined, { handshakeVersion: 0x0d0e0a0d }],
  [
    'SRS',
    '5.0.213',
    {
      handshakeVersion: 0x01000504,
      properties: amfObject({ fmsVer: 'FMS/3,5,3,888', capabilities: 127, mode: 1 }),
      information: amfObject({ data: ecmaArray({ srs_server: 'SRS', srs_version: '5.0.213' }) }),
    },
  ],
  ['SRS', undefined, { properties: amfObject({ fmsVer: 'FMS/3,5,3,888', capabilities: 127 }) }],
  ['Node-Media-Server', undefined, { handshakeVersion: 0x01020304, properties: FMS }],
  [
    'FFmpeg',
    undefined,
    { order: ['window 2500000', 'bandwidth 2500000', 'begin', 'chunk 60000', '_result', 'onBWDone'], properties: FMS },
  ],
  ['MediaMTX', undefined, { properties: amfObject({ fmsVer: 'LNX 9,0,124,2', capabilities: 31 }) }],
  [
    'Adobe Media Server',
    '5.0.3.3029',
    {
      properties: amfObject({ fmsVer: 'FMS/5,0,3,3029', capabilities: 255, mode: 1 }),
      information: amfObject({ data: ecmaArray({ version: '5,0,3,3029' }) }),
    },
  ],
  ['rtmpkit', undefined, { handshakeVersion: 0x03050101, properties: new Map([...FMS, ...amfObject(ANY_CODEC)]) }],
];

describe('a server', () => {
  it.each(KNOWN)('is recognised as %s %s', (software, version, traits) => {
    expect(identifyServer({ ...TRAITS, information: SUCCESS, ...traits })).toEqual({ software, version });
  });

  it.each<[string, Partial<ServerTraits>]>([
    ['says nothing', {}],
    ['calls itself a Flash Media Server and no more', { properties: FMS }],
    ['is a Wowza', { properties: amfObject({ fmsVer: 'FMS/3,5,7,7009', capabilities: 31, mode: 1 }) }],
    [
      'sends things of other types',
      { properties: amfObject({ fmsVer: 3, fourCcList: 'avc1' }), information: amfObject({ data: 7 }) },
    ],
  ])('that %s is not guessed at', (_, traits) => {
    expect(identifyServer({ ...TRAITS, ...traits })).toBeUndefined();
  });
});

describe('what a server supports', () => {
  it('of Enhanced RTMP stands in several places', () => {
    const properties = amfObject({
      fourCcList: ['av01', 7],
      videoFourCcInfoMap: amfObject({ hvc1: 7, av01: 1 }),
      audioFourCcInfoMap: amfObject({ Opus: 4 }),
      capsEx: 3,
    });
    expect(fourCcsOf(properties)).toEqual(['av01', 'hvc1', 'Opus']);
    expect(capsExOf(properties)).toEqual(['reconnect', 'multitrack']);
  });

  it('is not known when it says nothing', () => {
    expect(fourCcsOf(FMS)).toBeUndefined();
    expect(capsExOf(FMS)).toBeUndefined();
  });
});
