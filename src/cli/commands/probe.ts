import { parseExpectation } from '../../analysis/expectation.js';
import { UsageError } from '../../errors.js';
import { Curtain } from '../curtain.js';
import { PROBE_HELP } from '../help.js';
import { PROBE_OPTIONS } from '../options/tables.js';
import { messageDisclosure } from '../options/verbosity.js';
import { refuseVisibleSecrets, streamTarget } from '../stream-target.js';
import { readTlsOptions } from '../tls-files.js';
import { isUrl } from '../url-text.js';
import { defineCommand } from './command.js';

export const probeCommand = defineCommand({
  name: 'probe',
  options: PROBE_OPTIONS,
  maxOperands: 1,
  help: PROBE_HELP,
  result: 'report',
  endsBySignal: false,
  async prepare(resolved, [source], world) {
    const { settings } = resolved;
    if (source === undefined) {
      throw new UsageError('ERR_USAGE', 'probe needs the URL of a stream, or a file', {
        advice: 'rtmpkit probe rtmp://host/app/name',
      });
    }
    if (source === '-') {
      throw new UsageError('ERR_USAGE', 'probe looks at a stream or a file, not at standard input', {
        advice: 'write it to a file first: rtmpkit pull URL out.flv',
      });
    }
    for (const expression of settings.expect) parseExpectation(expression); // before a key is asked for
    refuseVisibleSecrets(resolved);
    const target = isUrl(source) ? await streamTarget(source, resolved, world) : undefined;
    const tls = await readTlsOptions(settings);
    return {
      curtain: new Curtain(settings['show-keys'], target?.url, target === undefined ? [source] : []),
      start: async (signal) => {
        const probe = await world.commands.probe();
        return probe(
          {
            source,
            ...target?.overrides,
            durationMs: settings.duration,
            expect: settings.expect,
            timeoutMs: settings.timeout,
            stallTimeoutMs: settings['stall-timeout'],
            tls,
            messages: messageDisclosure(resolved),
          },
          signal,
        );
      },
    };
  },
});
