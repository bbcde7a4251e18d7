import type { PublishReport } from '../../../report.js';
import { bitrate, counted, span, volume } from '../../../text/quantities.js';
import type { Page } from './page.js';

/** What a page says of the film that was sent. */
export function publishRow(page: Page, { bytes, frames, elapsedMs, uploadKbps, measuredBy }: PublishReport): void {
  page.row('upload', [
    bitrate(uploadKbps),
    `${volume(bytes)}, ${counted(frames, 'frame')} in ${span(elapsedMs)}`,
    measuredBy === 'socket' ? 'as the network took it: the server answers no pings' : undefined,
  ]);
}
