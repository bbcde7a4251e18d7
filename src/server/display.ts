import type { StreamAddress } from '../rtmp/session/stream-address.js';
import { HIDDEN, redactApp } from '../rtmp/url-redaction.js';

/** How a server shows what it is told: stream names are often keys. */
export interface Display {
  readonly app: (app: string) => string;
  readonly stream: (stream: Pick<StreamAddress, 'app' | 'streamName'>) => string;
  /** The path of a file that is named after a stream, or words about it. */
  readonly recording: (text: string, streamName: string) => string;
}

export const withKeys: Display = {
  app: (app) => app,
  stream: ({ app, streamName }) => `${app}/${streamName}`,
  recording: (text) => text,
};

export const withoutKeys: Display = {
  app: redactApp,
  stream: ({ app }) => `${app}/${HIDDEN}`,
  recording: (text, streamName) => text.replaceAll(`/${streamName}-`, `/${HIDDEN}-`),
};
