import {
  CONNECTION_DEFAULTS,
  MAX_QUEUE_MS,
  PULL_DEFAULTS,
  PUSH_DEFAULTS,
  RELAY_DEFAULTS,
  SERVE_DEFAULTS,
} from '../../commands/defaults.js';
import { AUDIO_CODECS, VIDEO_CODECS } from '../../ffmpeg/encoding.js';
import { NO_RETRY } from '../../flow/retry.js';
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
  timeout: value(waitingTime, CONNECTION_DEFAULTS.timeoutMs),
  'stall-timeout': value(waitingTime, CONNECTION_DEFAULTS.stallTimeoutMs),
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
  speed: value(speed, PUSH_DEFAULTS.speed),
  loop: optionalValue(positiveNumber, Number.POSITIVE_INFINITY, PUSH_DEFAULTS.plays),
  start: value(duration, PUSH_DEFAULTS.startMs),
  duration: value(positiveDuration, undefined),
  metadata: lines(metadataPair),
  data: value(fileName, undefined),
  'max-queue': value(positiveDuration, MAX_QUEUE_MS),
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
  overwrite: toggle(PULL_DEFAULTS.overwrite),
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
  warm: toggle(RELAY_DEFAULTS.warm),
  failback: value(waitingTimeOrNone, RELAY_DEFAULTS.failbackMs),
  fallback: value(fileName, undefined),
  delay: value(waitingTimeOrNone, RELAY_DEFAULTS.delayMs),
  'max-memory': value(size, RELAY_DEFAULTS.maxDelayBytes),
  'on-demand': toggle(RELAY_DEFAULTS.onDemand),
  'max-queue': value(positiveDuration, RELAY_DEFAULTS.maxQueueMs),
  overwrite: toggle(RELAY_DEFAULTS.overwrite),
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
  listen: list(listenAddress, SERVE_DEFAULTS.listen),
  'gop-cache': toggle(SERVE_DEFAULTS.gopCache),
  record: value(someText('a directory'), undefined),
  grace: value(waitingTimeOrNone, SERVE_DEFAULTS.graceMs),
  drain: value(waitingTimeOrNone, SERVE_DEFAULTS.drainMs),
  'max-connections': value(positiveNumber, SERVE_DEFAULTS.maxConnections),
  'max-connections-per-address': value(positiveNumber, undefined),
  'max-memory': value(size, SERVE_DEFAULTS.maxMemoryBytes),
  'max-latency': value(latency, SERVE_DEFAULTS.maxLatencyMs),
  ...COMMON_OPTIONS,
};

/** One letter instead of a name. */
export const SHORT_NAMES: Readonly<Record<string, string>> = { quiet: 'q', verbose: 'v', help: 'h' };
