import { UsageError } from '../errors.js';
import { parseRtmpUrl, type RtmpUrl } from './url.js';

/**
 * Where a stream is to be found after a reconnect request (E-RTMP v2, "Reconnect Request").
 *
 * @param tcUrl absolute, or relative to the present one; `undefined`: the same
 * @returns `undefined` when it makes no sense, or would give up encryption
 */
export function movedUrl(url: RtmpUrl, tcUrl: string | undefined): RtmpUrl | undefined {
  if (tcUrl === undefined || tcUrl === '') return url;
  if (!URL.canParse(tcUrl, url.tcUrl)) return undefined;
  const { protocol, host, pathname, search } = new URL(tcUrl, url.tcUrl);
  const app = `${pathname}${search}`.replace(/^\/+/, '').replace(/\/+$/, '');
  const moved = parsed(`${protocol}//${host}/`, app === '' ? url.app : app, url.streamName);
  if (moved === undefined || (url.scheme === 'rtmps' && moved.scheme === 'rtmp')) return undefined;
  const { user, password } = url;
  return { ...moved, ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
}

function parsed(origin: string, app: string, streamName: string): RtmpUrl | undefined {
  try {
    return parseRtmpUrl(origin, { app, streamName });
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
