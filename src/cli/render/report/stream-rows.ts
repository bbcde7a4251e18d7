import type { GopReport, StreamReport } from '../../../report.js';
import { gopText, keyframeText, profileText, rateText, streamFacts, streamName } from '../../../text/stream-words.js';
import type { Style } from '../style.js';
import type { Page } from './page.js';
import { sparkline } from './sparkline.js';

const MAX_SPARK_COLUMNS = 30;
const MIN_SPARK_VALUES = 2;

/** What a page says of one stream. */
export function streamRows(page: Page, stream: StreamReport, gop: GopReport, style: Style): void {
  const format = [style.chalk.bold(stream.codec), profileText(stream)].filter((word) => word !== '').join(' ');
  const facts = [format, ...streamFacts(stream)];
  if (stream.kind === 'audio') {
    page.row(streamName(stream), [...facts, rateText(stream)]);
    return;
  }
  page.row(streamName(stream), facts);
  page.row('', [rateText(stream), spark(page, stream.bitrateSeriesKbps, style), keyframeText(stream)]);
  // Only the first stream has its GOPs in the report.
  if (stream.track === 0) page.row('GOP', [gopText(gop), spark(page, gop.lengthsMs, style)]);
}

function spark(page: Page, values: readonly number[], { chalk, symbols }: Style): string | undefined {
  if (values.length < MIN_SPARK_VALUES) return undefined;
  return chalk.cyan(sparkline(values, Math.min(MAX_SPARK_COLUMNS, page.room >> 1), symbols.isUnicode));
}
