import type { Writable } from 'node:stream';
import { DataLines } from '../endpoint/data-lines.js';
import { openOutputStream } from '../endpoint/output-stream.js';
import { outputName } from '../endpoint/stream-name.js';
import { StreamSink } from '../endpoint/stream-sink.js';
import type { CommandEvent } from '../events.js';
import type { Burst } from '../flow/burst.js';
import { checkOutput } from './existing-output.js';
import { type PullTarget, streamOutput } from './pull-output.js';
import type { TargetOptions } from './pull-target-options.js';

/** The data messages of a stream, into a file or a stream. @throws {UsageError} `ERR_OUTPUT_EXISTS` */
export async function dataTarget(
  target: string | Writable,
  options: Pick<TargetOptions, 'overwrite' | 'append' | 'report'>,
): Promise<PullTarget> {
  const { overwrite, append = false, report } = options;
  if (typeof target === 'string') await checkOutput(target, { overwrite: overwrite || append });
  const encode = encoder(report);
  return {
    open: async () => {
      if (typeof target !== 'string') {
        const sink = new StreamSink(target, { name: outputName(target), encode, atEnd: 'leave-open' });
        return streamOutput(sink, '-', 'data');
      }
      const file = await openOutputStream(target, append ? 'append' : overwrite ? 'replace' : 'refuse');
      return streamOutput(new StreamSink(file, { name: target, encode, atEnd: 'close' }), target, 'data');
    },
  };
}

/** Tells once that something cannot be said in JSON. */
function encoder(report: (event: CommandEvent) => void): (burst: Burst) => Uint8Array | undefined {
  let isTold = false;
  const onUnreadable = ({ timestampMs }: { readonly timestampMs: number }): void => {
    if (isTold) return;
    isTold = true;
    const message = `a data message at ${timestampMs} ms cannot be read or is too large, and is left out`;
    report({ event: 'warning', code: 'WARN_DATA_UNREADABLE', message });
  };
  const lines = new DataLines(onUnreadable);
  return ({ tags }) => {
    const text = lines.of(tags);
    return text === '' ? undefined : Buffer.from(text);
  };
}
