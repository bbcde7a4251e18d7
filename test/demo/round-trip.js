// `npm start`: the whole way through the real program. A server, a push of the test card in real time, a recording of it,
// and a comparison tag by tag. Exits with 0 only when nothing differs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FlvFileSource } from '../../dist/index.js';

const BIN = fileURLToPath(new URL('../../bin/rtmpkit.js', import.meta.url));
const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const TIME_LIMIT_MS = 28_000;

/** Runs the program; `stderr` says where its talk for people goes. */
function rtmpkit(args, stderr) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', stderr] });
  const exited = once(child, 'exit').then(([code]) => code);
  const lines = createInterface({ input: child.stdout });
  return {
    child,
    exited,
    /** The next `--json` event that fits. */
    event: (fits) =>
      new Promise((resolve, reject) => {
        const onLine = (line) => {
          const event = JSON.parse(line);
          if (fits(event)) {
            lines.off('line', onLine);
            resolve(event);
          }
        };
        lines.on('line', onLine);
        exited.then((code) => reject(new Error(`rtmpkit ${args[0]} ended too early, with ${code}`)));
      }),
  };
}

/** What has to survive the trip. The recorder writes its own metadata, so that one is left out. */
async function mediaOf(path) {
  const media = [];
  for await (const tags of await FlvFileSource.open(path)) {
    media.push(...tags.filter(({ kind }) => kind !== 'data'));
  }
  return media;
}

function compare(sent, received) {
  const differing = sent.findIndex((tag, i) => {
    const other = received[i];
    return (
      other === undefined ||
      other.kind !== tag.kind ||
      other.timestampMs !== tag.timestampMs ||
      Buffer.compare(other.body, tag.body) !== 0
    );
  });
  if (differing >= 0) {
    throw new Error(`tag ${differing + 1} of ${sent.length} differs`);
  }
  if (received.length !== sent.length) {
    throw new Error(`${sent.length} tags were sent, ${received.length} came back`);
  }
}

const directory = await mkdtemp(join(tmpdir(), 'rtmpkit-demo-'));
const running = [];
const start = (args, stderr) => {
  const run = rtmpkit(args, stderr);
  running.push(run);
  return run;
};
const late = setTimeout(() => {
  console.error('the round trip took too long');
  for (const { child } of running) {
    child.kill('SIGKILL');
  }
}, TIME_LIMIT_MS);

try {
  const recording = join(directory, 'recorded.flv');
  const server = start(['serve', '--json', '--listen', '127.0.0.1:0'], 'inherit');
  const { listen } = await server.event(({ event }) => event === 'started');
  const url = `${listen[0].url}/live/testcard`;
  console.error(`serving on ${listen[0].url}, pushing ${(await stat(FIXTURE)).size} bytes in real time`);

  const isPublished = server.event(({ event, role }) => event === 'started' && role === 'publisher');
  const push = start(['push', FIXTURE, url], 'inherit');
  await isPublished;
  const pull = start(['pull', '--json', url, recording], 'ignore');

  const [pushCode, pullCode] = await Promise.all([push.exited, pull.exited]);
  if (pushCode !== 0 || pullCode !== 0) {
    throw new Error(`push exited with ${pushCode}, pull with ${pullCode}`);
  }
  server.child.kill('SIGTERM');
  await server.exited;

  const sent = await mediaOf(FIXTURE);
  const received = await mediaOf(recording);
  compare(sent, received);
  const bytes = sent.reduce((sum, { body }) => sum + body.length, 0);
  console.error(`round trip complete: ${sent.length} tags, ${bytes} bytes, every one identical`);
} catch (error) {
  console.error(`round trip failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  clearTimeout(late);
  for (const { child } of running) {
    child.kill('SIGKILL');
  }
  await rm(directory, { recursive: true, force: true });
}
