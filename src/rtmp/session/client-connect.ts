import { type AmfObject, amfObject } from '../../amf/value.js';
import { CapsEx, MEDIA_CAPS_EX } from './caps-ex.js';

export type ClientRole = 'publisher' | 'player';

export interface ConnectOptions {
  readonly app: string;
  readonly tcUrl: string;
  /** How the client introduces itself: as FMLE or as a Flash player. */
  readonly role: ClientRole;
  /** Whether the owner follows a reconnect request of the server, which comes as a `status`. Default: not */
  readonly followsReconnectRequests?: boolean | undefined;
  /** In place of the usual one of the role. */
  readonly flashVer?: string | undefined;
  /** Further properties of the connect object; they may also replace the usual ones. */
  readonly extraProperties?: AmfObject | undefined;
}

/** Services that only take FMLE look at the beginning. */
const PUBLISHER_FLASH_VER = 'FMLE/3.0 (compatible; rtmpkit)';
/** As FFmpeg and VLC play. */
const PLAYER_FLASH_VER = 'LNX 9,0,124,2';

/** All codecs but the two obsolete ones, as FFmpeg and GStreamer say (RTMP 7.2.1.1). */
const AUDIO_CODECS = 0x0fe7;
const VIDEO_CODECS = 0xfc;
const CLIENT_SEEK = 1;
const PLAYER_CAPABILITIES = 15;

/** E-RTMP: some servers send enhanced codecs only to players that name them, and look for the names one by one. */
const FOUR_CC_LIST = [
  'avc1',
  'hvc1',
  'vvc1',
  'av01',
  'vp09',
  'vp08',
  'mp4a',
  'Opus',
  'fLaC',
  '.mp3',
  'ac-3',
  'ec-3',
] as const;

/** The object of connect (RTMP 7.2.1.1), in the order in which FFmpeg sends it. */
export function connectProperties(options: ConnectOptions): AmfObject {
  const { app, tcUrl, role, flashVer, followsReconnectRequests = false, extraProperties } = options;
  const capsEx = MEDIA_CAPS_EX | (followsReconnectRequests ? CapsEx.reconnect : 0);
  const usual =
    role === 'publisher'
      ? amfObject({
          app,
          type: 'nonprivate',
          flashVer: flashVer ?? PUBLISHER_FLASH_VER,
          tcUrl,
          ...(followsReconnectRequests ? { capsEx } : {}),
        })
      : amfObject({
          app,
          fourCcList: FOUR_CC_LIST,
          flashVer: flashVer ?? PLAYER_FLASH_VER,
          tcUrl,
          fpad: false,
          capabilities: PLAYER_CAPABILITIES,
          audioCodecs: AUDIO_CODECS,
          videoCodecs: VIDEO_CODECS,
          videoFunction: CLIENT_SEEK,
          capsEx,
        });
  return new Map([...usual, ...(extraProperties ?? [])]);
}
