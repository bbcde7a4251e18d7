import type { AmfObject, AmfValue } from '../../amf/value.js';
import type { MediaTag } from '../../media/tag.js';
import type { Status } from './status.js';

export type HandshakeScheme = 'simple' | 'digest-0' | 'digest-1';

/** Where a player wants to begin (RTMP 7.2.2.1), after the peers' different units are sorted out. */
export type PlayStart =
  | { readonly from: 'live-or-recorded' }
  | { readonly from: 'live' }
  | { readonly from: 'recorded'; readonly positionMs: number };

export interface ConnectRequest {
  /** As sent, query included. */
  readonly app: string;
  readonly tcUrl: string;
  readonly flashVer: string;
  readonly objectEncoding: number;
  /** See `CapsEx`; 0 when the client says nothing. */
  readonly capsEx: number;
  /** The whole command object. */
  readonly properties: AmfObject;
}

/** The answer to a ping. */
export interface Pong {
  readonly type: 'pong';
  readonly rttMs: number;
  /** When the ping was sent, as `ping` was told. The peer has had everything that was sent before it. */
  readonly sentMs: number;
}

/** What a client wants, as the server's session hears it. Requests wait for the answer method of the same name. */
export type ServerEvent =
  | { readonly type: 'handshaken'; readonly scheme: HandshakeScheme }
  | { readonly type: 'connectRequest'; readonly request: ConnectRequest }
  | {
      readonly type: 'publishRequest';
      readonly streamId: number;
      readonly streamName: string;
      readonly publishType: 'live' | 'record' | 'append';
    }
  | {
      readonly type: 'playRequest';
      readonly streamId: number;
      readonly streamName: string;
      readonly start: PlayStart;
      /** `undefined`: to the end. */
      readonly durationMs: number | undefined;
      readonly reset: boolean;
    }
  | { readonly type: 'streamLengthRequest'; readonly transactionId: number; readonly streamName: string }
  | { readonly type: 'pause'; readonly streamId: number; readonly paused: boolean; readonly positionMs: number }
  | { readonly type: 'seek'; readonly streamId: number; readonly positionMs: number }
  | { readonly type: 'receiveAudio'; readonly streamId: number; readonly wanted: boolean }
  | { readonly type: 'receiveVideo'; readonly streamId: number; readonly wanted: boolean }
  | { readonly type: 'bufferLength'; readonly streamId: number; readonly lengthMs: number }
  /**
   * Media of a publish, in the order of arrival, on an unwrapped timeline. It may follow `publishRequest` at once, since
   * some clients do not wait for leave; after a refusal nothing more comes.
   */
  | { readonly type: 'tags'; readonly streamId: number; readonly tags: readonly MediaTag[] }
  /**
   * The stream was published or played, or had asked to be, and is so no more: closeStream, deleteStream, FCUnpublish, or
   * another play in its place.
   */
  | { readonly type: 'streamClosed'; readonly streamId: number }
  | Pong
  | { readonly type: 'acknowledged'; readonly sequenceNumber: number };

/** What the server tells, as the client's session hears it. */
export type ClientEvent =
  | { readonly type: 'handshaken'; readonly scheme: HandshakeScheme }
  | {
      readonly type: 'connected';
      /** First object of the answer: fmsVer, capabilities and so on. */
      readonly properties: AmfObject;
      /** Second object of the answer: code, objectEncoding and so on. */
      readonly information: AmfObject;
    }
  /** The server said no; after `connect` it will also close. */
  | {
      readonly type: 'rejected';
      readonly command: 'connect' | 'createStream' | 'publish' | 'play';
      readonly status: Status;
      /** The whole information object, for redirects and authentication. */
      readonly information: AmfValue;
    }
  | { readonly type: 'publishStarted'; readonly streamId: number; readonly status: Status }
  | { readonly type: 'playStarted'; readonly streamId: number; readonly status: Status }
  | { readonly type: 'tags'; readonly tags: readonly MediaTag[] }
  /** The stream that was played or published is over on the server's side; `reason` is a status code, `StreamEOF`, or the name of a command. */
  | { readonly type: 'streamEnded'; readonly reason: string }
  | { readonly type: 'streamLength'; readonly seconds: number }
  /** Any other status, of the connection too: PublishNotify, Pause.Notify, Seek.Notify, ReconnectRequest … */
  | { readonly type: 'status'; readonly status: Status; readonly information: AmfObject }
  | Pong
  | { readonly type: 'acknowledged'; readonly sequenceNumber: number };
