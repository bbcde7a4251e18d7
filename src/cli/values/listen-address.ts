import { isIPv6 } from 'node:net';
import type { ListenAddress } from '../../server/rtmp-server.js';
import type { ValueParser } from './value-parser.js';

const LARGEST_PORT = 65_535;
const BRACKETED = /^\[([^\]]+)\]:(\d{1,5})$/;
const PLAIN = /^([A-Za-z0-9._-]*):(\d{1,5})$/;

/** `host:port`, `:port` for every interface, `[::1]:port`. */
export const listenAddress: ValueParser<ListenAddress> = {
  expected: 'an address such as 127.0.0.1:1935, :1935 (every interface) or [::1]:1935',
  parse: (text) => {
    const [, address] = BRACKETED.exec(text) ?? [];
    if (address !== undefined && !isIPv6(address)) {
      return undefined;
    }
    const [, host, portText] = BRACKETED.exec(text) ?? PLAIN.exec(text) ?? [];
    const port = Number(portText);
    return host === undefined || port > LARGEST_PORT ? undefined : { host, port };
  },
};
