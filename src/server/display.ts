import type { StreamAddress } from '../rtmp/session/stream-address.js';

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

const HIDDEN = '****';

export const withoutKeys: Display = {
  app: withoutQuery,
  stream: ({ app }) => `${withoutQuery(app)}/${HIDDEN}`,
  recording: (text, streamName) => text.replaceAll(`/${streamName}-`, `/${HIDDEN}-`),
};

function withoutQuery(app: string): string {
  return app.split('?', 1)[0] ?? '';
}
