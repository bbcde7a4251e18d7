import { AUDIO_CODECS, VIDEO_CODECS } from '../../ffmpeg/encoding.js';
import { DEFAULT_MAX_BURST_MS } from '../../flow/burst-length.js';
import { DEFAULT_MAX_DELAY_BYTES } from '../../flow/delay-line.js';
import { NO_RETRY } from '../../flow/retry.js';
import { DEFAULT_SERVER_LIMITS } from '../../server/limits.js';
import {
  duration,
  latency,
  positiveDuration,
  segmentLength,
  waitingTime,
  waitingTimeOrNone,
} from '../values/duration.js';
import { listenAddress } from '../values/listen-address.js';
import { bitrate, frameRate, oneOf, pictureSize, preset } from '../values/media.js';
import { metadataPair } from '../values/metadata-pair.js';
import { positiveNumber, retryCount, speed } from '../values/number.js';
import { fileSize, size } from '../values/size.js';
import { someText } from '../values/value-parser.js';
import { shellWords } from '../values/words.js';
import { anyValue, count, hidden, lines, list, optionalValue, secret, toggle, value } from './option.js';

const fileName = someText('a file name');

/** Options of every command. */
export const COMMON_OPTIONS = {
  config: value(fileName, undefined),
  quiet: toggle(false),
  verbose: count(),
  json: toggle(false),
  color: toggle(undefined),
  'show-keys': toggle(false),
};

/** How a connection is made and kept. */
const LINK_OPTIONS = {
  timeout: value(waitingTime, 10_000),
  'stall-timeout': value(waitingTime, 15_000),
  retry: value(retryCount, undefined),
  'retry-delay': value(waitingTime, NO_RETRY.delayMs),
  'retry-max-delay': value(waitingTime, NO_RETRY.maxDelayMs),
  'tls-ca': value(fileName, undefined),
  'tls-cert': value(fileName, undefined),
  'tls-key': value(fileName, undefined),
  'tls-insecure': toggle(false),
};

/** How push encodes what cannot or shall not be sent as it is. */
export const ENCODE_OPTIONS = {
  size: value(pictureSize, undefined),
  fps: value(frameRate, undefined),
  'video-codec': value(oneOf(VIDEO_CODECS), undefined),
  'video-bitrate': value(bitrate, undefined),
  gop: value(positiveDuration, undefined),
  'audio-codec': value(oneOf(AUDIO_CODECS), undefined),
  'audio-bitrate': value(bitrate, undefined),
  preset: value(preset, undefined),
  'low-latency': toggle(false),
  'ffmpeg-args': anyValue(shellWords),
};

/** Options of the commands that connect to one server. */
const CONNECTION_OPTIONS = {
  app: value(someText('the name of an app'), undefined),
  name: value(someText('the name of a stream'), undefined),
  'key-file': value(fileName, undefined),
  key: secret(someText('a stream key')),
  user: value(someText('the name of a user'), undefined),
  'password-file': value(fileName, undefined),
  password: secret(someText('a password')),
  ...LINK_OPTIONS,
};

export const PUSH_OPTIONS = {
  speed: value(speed, 1),
  loop: optionalValue(positiveNumber, Number.POSITIVE_INFINITY, 1),
  start: value(duration, 0),
  duration: value(positiveDuration, undefined),
  metadata: lines(metadataPair),
  data: value(fileName, undefined),
  'max-queue': value(positiveDuration, 3_000),
  drop: toggle(true),
  to: hidden(lines(someText('an RTMP URL'))),
  backup: value(someText('an RTMP URL'), undefined),
  'list-devices': toggle(false),
  ffmpeg: value(fileName, undefined),
  ...ENCODE_OPTIONS,
  ...CONNECTION_OPTIONS,
  ...COMMON_OPTIONS,
};

export const PULL_OPTIONS = {
  play: toggle(false),
  pipe: lines(someText('a command')),
  snapshot: lines(someText('a file name such as out.jpg')),
  'data-out': lines(fileName),
  overwrite: toggle(false),
  append: toggle(false),
  segment: value(segmentLength, undefined),
  'split-on-change': toggle(false),
  'max-size': value(fileSize, undefined),
  duration: value(positiveDuration, undefined),
  start: value(duration, undefined),
  buffer: value(positiveDuration, undefined),
  'video-only': toggle(false),
  'audio-only': toggle(false),
  ffmpeg: value(fileName, undefined),
  ...CONNECTION_OPTIONS,
  ...COMMON_OPTIONS,
};

export const PROBE_OPTIONS = {
  duration: value(duration, undefined),
  expect: lines(someText('an expectation such as "video.fps>=25"')),
  watch: toggle(false),
  report: value(someText('a file name such as out.html'), undefined),
  overwrite: toggle(false),
  publish: toggle(false),
  conformance: toggle(false),
  ...CONNECTION_OPTIONS,
  ...COMMON_OPTIONS,
};

/** What each relay of a configuration file may have of its own. */
export const RELAY_ENTRY_OPTIONS = {
  warm: toggle(false),
  failback: value(waitingTimeOrNone, 10_000),
  fallback: value(fileName, undefined),
  delay: value(waitingTimeOrNone, 0),
  'max-memory': value(size, DEFAULT_MAX_DELAY_BYTES),
  'on-demand': toggle(false),
  'max-queue': value(positiveDuration, 3_000),
  overwrite: toggle(false),
  ...LINK_OPTIONS,
};

export const RELAY_OPTIONS = {
  to: hidden(lines(someText('an RTMP URL, a file name or -'))),
  'key-file': value(fileName, undefined),
  key: secret(someText('a stream key')),
  ...RELAY_ENTRY_OPTIONS,
  ...COMMON_OPTIONS,
};

export const SERVE_OPTIONS = {
  listen: list(listenAddress, [{ host: '127.0.0.1', port: 1935 }]),
  'gop-cache': toggle(true),
  record: value(someText('a directory'), undefined),
  grace: value(waitingTimeOrNone, 10_000),
  drain: value(waitingTimeOrNone, 0),
  'max-connections': value(positiveNumber, DEFAULT_SERVER_LIMITS.maxConnections),
  'max-connections-per-address': value(positiveNumber, undefined),
  'max-memory': value(size, DEFAULT_SERVER_LIMITS.maxMemoryBytes),
  'max-latency': value(latency, DEFAULT_MAX_BURST_MS),
  ...COMMON_OPTIONS,
};

/** One letter instead of a name. */
export const SHORT_NAMES: Readonly<Record<string, string>> = { quiet: 'q', verbose: 'v', help: 'h' };
