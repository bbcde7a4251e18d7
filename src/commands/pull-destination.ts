import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import type { PullDestination } from './options.js';

/** A destination in its long form. */
export type Destination = Exclude<PullDestination, string | Writable>;

export function destinationOf(wanted: PullDestination): Destination {
  if (typeof wanted === 'string') return { kind: 'file', path: wanted };
  return 'kind' in wanted ? wanted : { kind: 'stream', stream: wanted };
}

/** Which file it writes, if it writes one: an absolute path. */
export function pathOf(destination: Destination): string | undefined {
  switch (destination.kind) {
    case 'file':
    case 'picture':
      return resolve(destination.path);
    case 'data':
      return typeof destination.target === 'string' ? resolve(destination.target) : undefined;
    case 'stream':
    case 'window':
    case 'command':
      return undefined;
  }
}
