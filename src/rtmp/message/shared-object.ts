import type { AmfEncoding } from './type-id.js';

/** Shared Object (RTMP 7.1.3). Recognised, so that it is skipped on purpose: a media server has no use for its events. */
export interface SharedObject {
  readonly type: 'sharedObject';
  readonly encoding: AmfEncoding;
  /** Name, version, flags and events, not read. */
  readonly body: Uint8Array;
}
