import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import { type AmfValue, amfObject, ecmaArray } from '../../../src/amf/value.js';
import type { PeerWire } from './wire.js';

/** One thing that a client does, and what it waits for before the next. */
export interface Step {
  readonly does: string;
  readonly wire: (peer: PeerWire) => void;
  readonly answer: readonly string[];
}

/** A client as seen on the wire: order, chunk stream ids, transaction ids and units are its own (protocol.md 5.8, 10.1). */
export interface KnownClient {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Events other than handshaken and connectRequest. */
  readonly events: readonly unknown[];
  readonly connect: unknown;
}

export const METADATA = ecmaArray({ width: 1280, videocodecid: 7 });
export const METADATA_TAG = { kind: 'data', timestampMs: 0, body: hexOf(encodeAmf0('onMetaData', METADATA)) };

export const publishAnswer = (streamId = 1) => [
  `userControl(0, ${streamId})`,
  `onStatus@${streamId}(0, null, NetStream.Publish.Start)`,
];
export const playAnswer = (streamId = 1) => [
  `userControl(0, ${streamId})`,
  `onStatus@${streamId}(0, null, NetStream.Play.Reset)`,
  `onStatus@${streamId}(0, null, NetStream.Play.Start)`,
  `data@${streamId}("|RtmpSampleAccess", true, true)`,
];

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export const gstreamerConnect = (app: string) => (peer: PeerWire) =>
  peer.handshake().command(
    3,
    0,
    'connect',
    1,
    amfObject({
      app,
      type: 'nonprivate',
      flashVer: 'LNX 10,0,32,18',
      tcUrl: `rtmp://h/${app}`,
      audioCodecs: 4071,
      videoCodecs: 252,
    }),
  );

/** As Flash Player with objectEncoding 3 sends its commands: type 17 with the format byte. */
export const flash = (peer: PeerWire, streamId: number, ...values: readonly AmfValue[]) =>
  peer.message(3, 17, streamId, Uint8Array.of(0, ...encodeAmf0(...values)));
