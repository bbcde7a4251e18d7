import { UsageError } from '../../errors.js';
import { Curtain } from '../curtain.js';
import { PULL_HELP } from '../help.js';
import { retryWish } from '../options/retrying.js';
import { PULL_OPTIONS } from '../options/tables.js';
import { messageDisclosure } from '../options/verbosity.js';
import { refuseVisibleKey, streamTarget } from '../stream-target.js';
import { readTlsOptions } from '../tls-files.js';
import type { OutputStream } from '../world.js';
import { defineCommand } from './command.js';

export const pullCommand = defineCommand({
  name: 'pull',
  options: PULL_OPTIONS,
  maxOperands: 2,
  help: PULL_HELP,
  endsBySignal: false,
  async prepare(resolved, [source, output], world) {
    const { settings } = resolved;
    if (source === undefined) {
      throw new UsageError('ERR_USAGE', 'pull needs the URL of a stream, or an FLV file to repair', {
        advice: 'rtmpkit pull rtmp://host/app/name out.flv',
      });
    }
    if (output === '-') {
      refuseStdout(world.stdout, settings.json);
    }
    refuseVisibleKey(resolved);
    const target = isUrl(source) ? await streamTarget(source, resolved, world) : undefined;
    const tls = await readTlsOptions(settings);
    return {
      curtain: new Curtain(settings['show-keys'], target?.url, output === undefined ? [] : [output]),
      start: async (signal) => {
        const pull = await world.commands.pull();
        return pull(
          {
            source,
            ...target?.overrides,
            output: output === '-' ? world.stdout : output,
            overwrite: settings.overwrite,
            durationMs: settings.duration,
            timeoutMs: settings.timeout,
            stallTimeoutMs: settings['stall-timeout'],
            retry: retryWish(settings),
            tls,
            messages: messageDisclosure(resolved),
          },
          signal,
        );
      },
    };
  },
});

/** With any scheme: a wrong one gets its own error, and not that there is no such file. */
function isUrl(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(source);
}

function refuseStdout(stdout: OutputStream, isJson: boolean): void {
  if (isJson) {
    throw new UsageError('ERR_USAGE', '--json and the output - both want standard output', {
      advice: 'name a file for the media, or leave --json out',
    });
  }
  if (stdout.isTTY === true) {
    throw new UsageError('ERR_USAGE', 'media does not go to a terminal', {
      advice: 'name a file, or pipe it: rtmpkit pull URL - | ffplay -',
    });
  }
}
