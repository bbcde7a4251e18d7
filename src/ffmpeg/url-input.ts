import { UsageError } from '../errors.js';
import { secretsOf, withHidden, wordPattern } from '../rtmp/secret-words.js';
import { type FfmpegInput, seconds, seekTo } from './input.js';

/** With a URL, FFmpeg is to read from the network and not from our files. */
const PROTOCOLS =
  'pipe,http,https,httpproxy,tcp,tls,udp,udplite,rtp,srtp,srt,rist,sctp,crypto,data,ftp,sftp,gopher,gophers,mmsh,mmst,' +
  'rtmp,rtmps,rtmpt,rtmpe,icecast,async,cache';

/** Schemes whose media comes in real time by itself; of what HTTP gives, we set the pace. */
const LIVE_SCHEMES: ReadonlySet<string> = new Set([
  'rtsp',
  'rtsps',
  'rtp',
  'srtp',
  'udp',
  'srt',
  'rist',
  'sctp',
  'tcp',
]);

/** What stands behind the `?` of these are sizes and addresses, and nothing secret. */
const PLAIN_SCHEMES: ReadonlySet<string> = new Set(['udp', 'rtp', 'tcp']);

/** A URL that FFmpeg reads, taken apart. */
export interface SourceUrl {
  readonly text: string;
  /** In lower case, without the colon. */
  readonly scheme: string;
  /** Without user, password and query. */
  readonly label: string;
  readonly secrets: readonly string[];
  /** Media comes in its own time, whoever reads it. */
  readonly isLive: boolean;
  /** It waits for somebody who sends, and takes the first who comes: there is no looking at it beforehand. */
  readonly isListener: boolean;
}

/** With any scheme. A Windows path has a drive, which is one letter and followed by one slash or none. */
export function isSourceUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/** @throws {UsageError} for a text that no URL can be */
export function parseSourceUrl(text: string): SourceUrl {
  const [, scheme = '', userinfo = '', host = '', query = ''] =
    /^([a-z][a-z0-9+.-]+):\/\/(?:([^/?#]*)@)?([^?]*)(?:\?(.*))?$/is.exec(text) ?? [];
  if (scheme === '' || /[\p{Cc}\s]/u.test(text)) {
    throw new UsageError('ERR_URL', 'the URL of the input has spaces or control characters in it', {
      stage: 'options',
    });
  }
  const [user = '', ...password] = userinfo.split(':');
  const name = scheme.toLowerCase();
  const hasSecrets = userinfo !== '' || (query !== '' && !PLAIN_SCHEMES.has(name));
  return {
    text,
    scheme: name,
    label: `${name}://${host}`,
    secrets: hasSecrets ? secretsOf({ app: '', streamName: `?${query}`, user, password: password.join(':') }) : [],
    isLive: LIVE_SCHEMES.has(name),
    isListener: /(^|&)(mode=listener|listen(=[12])?)(&|$)/.test(query),
  };
}

/**
 * A URL for FFmpeg. What is secret does not stand in its command line, which anybody on the machine can read: then the input
 * is a script for FFmpeg's concatenation, which comes through a pipe and names the URL.
 */
export function urlInput(url: SourceUrl, startMs: number, inputArgs: readonly string[]): FfmpegInput {
  const patterns = url.secrets.filter((secret) => /[\p{L}\p{N}]/u.test(secret)).map(wordPattern);
  const redact = (text: string): string => withHidden(text.replaceAll(url.text, url.label), patterns);
  const whitelist = ['-protocol_whitelist', PROTOCOLS];
  const { label } = url;
  if (url.secrets.length === 0) {
    return { args: [...inputArgs, ...whitelist, ...seekTo(startMs), '-i', url.text], label, redact };
  }
  return {
    args: [...inputArgs, ...whitelist, '-f', 'concat', '-safe', '0', '-auto_convert', '0', '-i', 'pipe:0'],
    script: concatScript(url.text, startMs),
    label,
    redact,
  };
}

/** FFmpeg, "concat demuxer": quotes end before each quote of the text. */
function concatScript(text: string, startMs: number): string {
  const start = startMs === 0 ? '' : `inpoint ${seconds(startMs)}\n`;
  return `ffconcat version 1.0\nfile '${text.replaceAll("'", "'\\''")}'\n${start}`;
}
