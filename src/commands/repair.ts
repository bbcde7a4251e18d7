import { repairFlv } from '../endpoint/flv-repair.js';
import { UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import type { PullOptions } from './options.js';
import { choosePullTarget } from './pull-output.js';
import { damageWarning } from './push-input.js';
import { recordingWarning } from './recording-warning.js';

/**
 * `pull damaged.flv fixed.flv`: writes a whole file of what is whole in another, as FLV or in another format.
 *
 * @throws {UsageError | MediaError | OutputError}
 */
export async function repair(
  options: PullOptions,
  report: (event: CommandEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  if (options.output === undefined) {
    throw new UsageError('ERR_USAGE', 'the name of the repaired file is missing', {
      stage: 'options',
      advice: 'rtmpkit pull damaged.flv fixed.flv',
    });
  }
  const target = await choosePullTarget(options, '');
  if ('stream' in target) {
    throw new UsageError(
      'ERR_USAGE',
      'a repaired file cannot go to standard output: its header is completed at the end',
      {
        stage: 'options',
        advice: 'give a file name instead of -',
      },
    );
  }
  report({ event: 'started', role: 'file', output: target.path });
  const summary = await repairFlv(options.source, target.path, {
    overwrite: target.overwrite,
    signal,
    onDamage: (damage) => report(damageWarning(damage)),
    onTrackNotice: (notice) => report(recordingWarning(notice)),
  });
  const { sizeBytes, mediaBytes, durationMs, audioTags, videoTags, dataTags, skippedBytes, isAborted } = summary;
  report({
    event: 'ended',
    role: 'file',
    reason: isAborted ? 'interrupted' : 'everything that was whole is kept',
    output: target.path,
    bytes: sizeBytes,
    mediaBytes,
    durationMs,
    audioTags,
    videoTags,
    dataTags,
    skippedBytes,
    final: true,
  });
}
