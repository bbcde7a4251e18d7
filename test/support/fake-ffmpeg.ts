import type { FakePrograms } from './fake-programs.js';

const ANSWERS = {
  '-version': 'ffmpeg version 5.1.9 fake\nlibavformat    59. 27.100 / 59. 27.100\n',
  '-encoders': ' ------\n V....D libx264 x\n A....D aac x\n',
  '-formats': ' --\n DE flv x\n D  lavfi x\n D  x11grab x\n D  v4l2,video4linux2 x\n',
  '-protocols': 'Input:\n  http\nOutput:\n  http\n',
};

const STREAMS = `[info] Input #0, fake, from 'x':
[info]   Duration: 00:00:04.00, start: 0.000000
[info]   Stream #0:0: Video: h264 (High), yuv420p, 320x180
[fatal] At least one output file must be specified
`;

/**
 * A program that answers questions as FFmpeg does, and finds one H.264 stream in whatever it is asked about. What it does when it
 * is to make something is up to the test.
 *
 * @param work the body of a Node script; `args` are its arguments
 */
export function fakeFfmpeg(programs: FakePrograms, work: string, name = 'ffmpeg'): Promise<string> {
  return programs.add(
    name,
    `const args = process.argv.slice(2);
const answers = ${JSON.stringify(ANSWERS)};
const question = answers[args.at(-1)];
if (question !== undefined) process.stdout.write(question);
else if (args.at(-1) === 'pipe:1') (() => { ${work} })();
else { process.stderr.write(${JSON.stringify(STREAMS)}); process.exitCode = 1; }`,
  );
}

/** Work: writes a file. */
export function writing(path: string): string {
  return `require('fs').createReadStream(${JSON.stringify(path)}).pipe(process.stdout);`;
}
