import { type AmfObject, type AmfValue, isAmfArray, isAmfObject } from '../amf/value.js';
import type { Greeting } from './watch/greeting-watch.js';

/** What a server has shown of itself. */
export interface ServerTraits extends Greeting {
  /** Both objects of its answer to connect: fmsVer and so on; code, objectEncoding and so on. */
  readonly properties: AmfObject;
  readonly information: AmfObject;
}

export interface ServerIdentity {
  readonly software: string;
  readonly version: string | undefined;
}

/** E-RTMP v2, capsEx. */
const CAPS_EX_BITS = { reconnect: 0x01, multitrack: 0x02, modEx: 0x04, nanoseconds: 0x08 } as const;

/** Bytes 4 to 7 of S1 that are the software's own (protocol.md 2.2). */
const NGINX_RTMP = 0x0d0e0a0d;
const SRS = 0x01000504;
const NODE_MEDIA_SERVER = 0x01020304;
const RTMPKIT = 0x03050101;

/** The first rule that fits says what it is. Most servers call themselves FMS/3,0,1,123, so that says next to nothing. */
const RULES: readonly ((traits: ServerTraits) => ServerIdentity | undefined)[] = [
  srs,
  rtmpkit,
  nginxRtmp,
  nodeMediaServer,
  ffmpeg,
  mediaMtx,
  adobe,
];

/** What a server most likely is; `undefined` when nothing is known that looks like it. */
export function identifyServer(traits: ServerTraits): ServerIdentity | undefined {
  for (const rule of RULES) {
    const identity = rule(traits);
    if (identity !== undefined) return identity;
  }
  return undefined;
}

/** It says so in the array of details that it sends along. */
function srs({ information, properties, handshakeVersion }: ServerTraits): ServerIdentity | undefined {
  const data = membersOf(information.get('data'));
  const version = textOf(data.get('srs_version'));
  const isSrs = version !== undefined || data.has('srs_server') || handshakeVersion === SRS;
  return isSrs || (fmsVerOf(properties) === 'FMS/3,5,3,888' && properties.get('capabilities') === 127)
    ? { software: 'SRS', version }
    : undefined;
}

/** It passes every codec on. */
function rtmpkit({ properties, handshakeVersion }: ServerTraits): ServerIdentity | undefined {
  const codecs = properties.get('fourCcList');
  const takesAll = isAmfArray(codecs) && codecs.length === 1 && codecs[0] === '*';
  const isSigned = handshakeVersion === RTMPKIT || handshakeVersion === 0;
  return takesAll && isSigned && fmsVerOf(properties) === 'FMS/3,0,1,123'
    ? { software: 'rtmpkit', version: undefined }
    : undefined;
}

/** An S1 without a digest is C1 again, so that its version says nothing; the order does. */
function nginxRtmp({ properties, order, handshakeVersion }: ServerTraits): ServerIdentity | undefined {
  const isSigned = handshakeVersion === NGINX_RTMP;
  const begins = order.map((word) => word.split(' ', 1)[0]).join(' ');
  const looksSo =
    handshakeVersion === 0 && begins.startsWith('window bandwidth chunk _result') && order.includes('chunk 4096');
  return isSigned || (looksSo && fmsVerOf(properties) === 'FMS/3,0,1,123' && !properties.has('fourCcList'))
    ? { software: 'nginx-rtmp', version: undefined }
    : undefined;
}

function nodeMediaServer({ handshakeVersion }: ServerTraits): ServerIdentity | undefined {
  return handshakeVersion === NODE_MEDIA_SERVER ? { software: 'Node-Media-Server', version: undefined } : undefined;
}

/** Its `-listen` begins stream 0 ahead of the answer and measures bandwidth behind it. */
function ffmpeg({ order }: ServerTraits): ServerIdentity | undefined {
  const begins = order.map((word) => word.split(' ', 1)[0]).join(' ');
  return begins.startsWith('window bandwidth begin chunk _result onBWDone')
    ? { software: 'FFmpeg', version: undefined }
    : undefined;
}

/** gortmplib, on which it stands, calls itself as FFmpeg does as a player. */
function mediaMtx({ properties }: ServerTraits): ServerIdentity | undefined {
  return fmsVerOf(properties) === 'LNX 9,0,124,2' ? { software: 'MediaMTX', version: undefined } : undefined;
}

/** It tells its version twice, and the second time without FMS in front. */
function adobe({ properties, information }: ServerTraits): ServerIdentity | undefined {
  const version = textOf(membersOf(information.get('data')).get('version'));
  const fmsVer = fmsVerOf(properties);
  return version !== undefined && fmsVer === `FMS/${version}`
    ? { software: 'Adobe Media Server', version: version.replaceAll(',', '.') }
    : undefined;
}

/** The names of the bits that are set; `undefined` when the server says nothing of it. */
export function capsExOf(properties: AmfObject): string[] | undefined {
  const caps = properties.get('capsEx');
  if (typeof caps !== 'number') return undefined;
  return Object.entries(CAPS_EX_BITS).flatMap(([name, bit]) => ((caps & bit) !== 0 ? [name] : []));
}

/** The FourCCs that a server takes, from all the places where it may say so; `undefined` when it says nothing of them. */
export function fourCcsOf(properties: AmfObject): string[] | undefined {
  const list = properties.get('fourCcList');
  const maps = ['videoFourCcInfoMap', 'audioFourCcInfoMap'].map((name) => properties.get(name)).filter(isAmfObject);
  if (!isAmfArray(list) && maps.length === 0) return undefined;
  const listed = isAmfArray(list) ? list.filter((item) => typeof item === 'string') : [];
  return [...new Set([...listed, ...maps.flatMap((map) => [...map.keys()])])];
}

function fmsVerOf(properties: AmfObject): string | undefined {
  return textOf(properties.get('fmsVer'));
}

function membersOf(value: AmfValue): AmfObject {
  return isAmfObject(value) ? value : new Map();
}

function textOf(value: AmfValue): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
