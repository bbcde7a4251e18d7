import { parseExpectation } from '../../analysis/expectation.js';
import type { ProbeOptions, ReportPageOptions } from '../../commands/options.js';
import { UsageError } from '../../errors.js';
import type { ProbeReport } from '../../report.js';
import { Curtain } from '../curtain.js';
import { PROBE_HELP } from '../help.js';
import { readLinkOptions } from '../link-options.js';
import type { Settings } from '../options/option.js';
import { PROBE_OPTIONS } from '../options/tables.js';
import { messageDisclosure } from '../options/verbosity.js';
import type { Renderer } from '../render/renderer.js';
import { refuseVisibleSecrets, streamTarget } from '../stream-target.js';
import { isUrl } from '../url-text.js';
import type { World } from '../world.js';
import { defineCommand } from './command.js';

export const probeCommand = defineCommand({
  name: 'probe',
  options: PROBE_OPTIONS,
  maxOperands: 1,
  help: PROBE_HELP,
  result: 'report',
  endsBySignal: false,
  async prepare(resolved, [operand], world) {
    const { settings } = resolved;
    const source = sourceOf(operand);
    const tryOut = wayToTryOut(settings, source);
    for (const expression of settings.expect) parseExpectation(expression); // before a key is asked for
    checkTogether(source, settings, world);
    refuseVisibleSecrets(resolved);
    const target = isUrl(source) ? await streamTarget(source, resolved, world) : undefined;
    const link = await readLinkOptions(settings);
    const curtain = new Curtain(settings['show-keys'], target?.url, openTexts(source, settings));
    return {
      curtain,
      screen: settings.watch ? (talk) => monitor(talk, settings, world) : undefined,
      start: async (signal) => {
        const probe = await world.commands.probe();
        return probe(
          {
            source,
            ...target?.overrides,
            durationMs: settings.duration,
            tryOut,
            expect: settings.expect,
            watch: settings.watch,
            page: pageOptions(settings, curtain),
            ...link,
            nowMs: () => world.suspension.nowMs,
            messages: messageDisclosure(resolved),
          },
          signal,
        );
      },
    };
  },
});

type ProbeSettings = Settings<typeof PROBE_OPTIONS>;

function sourceOf(operand: string | undefined): string {
  if (operand === undefined) {
    throw new UsageError('ERR_USAGE', 'probe needs the URL of a stream, or a file', {
      advice: 'rtmpkit probe rtmp://host/app/name',
    });
  }
  if (operand === '-') {
    throw new UsageError('ERR_USAGE', 'probe looks at a stream or a file, not at standard input', {
      advice: 'write it to a file first: rtmpkit pull URL out.flv',
    });
  }
  return operand;
}

function checkTogether(source: string, settings: ProbeSettings, { stderr, environment }: World): void {
  if (settings.report === '-') {
    throw new UsageError('ERR_USAGE', '--report writes a file, not standard output', {
      advice: '--report out.html; --json gives the report on standard output',
    });
  }
  const tried = settings.publish ? '--publish' : settings.conformance ? '--conformance' : undefined;
  const looked = settings.watch ? '--watch' : settings.report === undefined ? undefined : '--report';
  if (tried !== undefined && looked !== undefined) {
    throw new UsageError('ERR_USAGE', `${looked} looks at a stream, and ${tried} at none: they go one at a time`);
  }
  if (!settings.watch) return;
  if (!isUrl(source)) {
    throw new UsageError('ERR_USAGE', '--watch looks at a live stream; a file is read at once', {
      advice: 'leave --watch out; --report out.html has the course of the file as plots',
    });
  }
  if (settings.json || settings.quiet || settings.duration === 0) {
    const other = settings.json ? '--json' : settings.quiet ? '--quiet' : '--duration 0';
    throw new UsageError('ERR_USAGE', `--watch and ${other} contradict each other`);
  }
  if (stderr.isTTY !== true || environment['TERM'] === 'dumb') {
    throw new UsageError('ERR_USAGE', '--watch needs a terminal to draw on, and standard error is none', {
      advice: 'for a log or a file: --duration 1m with --json or --report out.html',
    });
  }
}

/** What the person wrote without a secret in mind. */
function openTexts(source: string, { report }: ProbeSettings): string[] {
  return [isUrl(source) ? undefined : source, report].filter((text) => text !== undefined);
}

function pageOptions({ report: path, overwrite }: ProbeSettings, curtain: Curtain): ReportPageOptions | undefined {
  if (path === undefined) return undefined;
  const cover = {
    report: (report: ProbeReport) => curtain.coverReport(report),
    text: (text: string) => curtain.coverForeign(curtain.cover(text)),
  };
  return { path, overwrite, cover };
}

async function monitor(talk: Renderer, settings: ProbeSettings, world: World): Promise<Renderer> {
  const [{ MonitorRenderer }, { styleFor }] = await Promise.all([
    import('../render/monitor/monitor-renderer.js'),
    import('../render/style.js'),
  ]);
  const { stderr: output, stdin: input, environment, interruption } = world;
  return new MonitorRenderer({
    talk,
    output,
    input,
    style: styleFor(output, environment, settings.color),
    keys: {
      onQuit: () => interruption.stop({ by: 'key' }),
      onInterrupt: () => world.interrupt(),
      onSuspend: () => world.suspend(),
    },
  });
}

function wayToTryOut(
  { publish, conformance }: { readonly publish: boolean; readonly conformance: boolean },
  source: string,
): ProbeOptions['tryOut'] {
  if (!publish && !conformance) return undefined;
  if (publish && conformance) {
    throw new UsageError('ERR_USAGE', '--publish and --conformance go one at a time');
  }
  const tryOut = publish ? 'publish' : 'conformance';
  if (!isUrl(source)) {
    throw new UsageError('ERR_USAGE', `--${tryOut} tries out a server, and takes the URL of a stream`, {
      advice: `rtmpkit probe rtmp://host/app/name --${tryOut}`,
    });
  }
  return tryOut;
}
