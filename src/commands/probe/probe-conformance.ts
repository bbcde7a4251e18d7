import { EMPTY_REPORT } from '../../analysis/empty-report.js';
import { ExpectationError, RtmpkitError } from '../../errors.js';
import type { CommandEvent } from '../../events.js';
import type { ConformanceReport } from '../../report.js';
import { parseRtmpUrl, type RtmpUrl } from '../../rtmp/url.js';
import type { ServerAddress } from '../conformance/desk.js';
import { CheckRun } from '../conformance/run-checks.js';
import type { SettledProbeOptions } from '../settled-options.js';
import { NO_HISTORY, type ServerFound } from './found.js';
import { ServerPortrait } from './server-portrait.js';

type Report = (event: CommandEvent) => void;

/**
 * Tries out what a server should accept, on streams of its own under the app of the URL. It fails with `ERR_EXPECTATION`
 * when a check does; the server may deviate.
 */
export async function probeConformance(
  options: SettledProbeOptions,
  report: Report,
  signal: AbortSignal,
): Promise<ServerFound> {
  const url = parseRtmpUrl(options.source, options);
  const portrait = new ServerPortrait(
    { onDialed: () => {}, onStreamCreated: () => {}, onWords: () => {} },
    () => new Date(),
  );
  report({ event: 'connecting', role: 'player', stage: 'stream', url: url.redacted });
  const run = new CheckRun({ address: addressOf(url, options), signal, watch: portrait });
  const about = () => ({ ...EMPTY_REPORT, url: url.redacted, server: portrait.report() });
  try {
    const conformance = await run.run();
    const failure = conformance.fails === 0 ? undefined : failed(conformance);
    return {
      report: { ...about(), ok: failure === undefined, conformance },
      history: NO_HISTORY,
      failure,
      hasBegun: true,
    };
  } catch (error) {
    if (error === signal.reason || !(error instanceof RtmpkitError)) throw error;
    return { report: about(), history: NO_HISTORY, failure: error, hasBegun: false };
  }
}

function addressOf(url: RtmpUrl, { tls }: SettledProbeOptions): ServerAddress {
  const { host, port, scheme, app, tcUrl, redacted, streamName, user, password = '' } = url;
  const queryAt = streamName.indexOf('?');
  return {
    dial: { host, port, secure: scheme === 'rtmps', tls },
    app,
    tcUrl,
    redacted,
    query: queryAt < 0 ? '' : streamName.slice(queryAt),
    credentials: user === undefined ? undefined : { user, password },
  };
}

const MAX_NAMED = 4;

function failed({ fails, pass, deviates, checks }: ConformanceReport): ExpectationError {
  const ids = checks.filter(({ outcome }) => outcome === 'fails').map(({ id }) => id);
  const named = ids.slice(0, MAX_NAMED).join(', ');
  const more = ids.length > MAX_NAMED ? `, and ${ids.length - MAX_NAMED} more` : '';
  return new ExpectationError('ERR_EXPECTATION', `${fails} of ${fails + pass + deviates} checks fail: ${named}${more}`);
}
