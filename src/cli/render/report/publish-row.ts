import type { PublishReport } from '../../../report.js';
import { bitrate, counted, span, volume } from '../quantities.js';
import type { Page } from './page.js';

/** What a page says of the film that was sent. */
export function publishRow(page: Page, { bytes, frames, elapsedMs, uploadKbps, measuredBy }: PublishReport): void {
  const doubt = measuredBy === 'socket' ? ' into the network, since the server does not tell what it got' : '';
  page.row('upload', [
    `${bitrate(uploadKbps)}${doubt}`,
    `${volume(bytes)}, ${counted(frames, 'frame')} in ${span(elapsedMs)}`,
  ]);
}
