// Publishes a live stream in real time when told to: `{ url, rate, root }` as argument, then messages as in `PublisherOrders`.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../../../src/rtmp/handshake/packet.js';
import { ClientSession } from '../../../src/rtmp/session/client.js';
import { parseRtmpUrl } from '../../../src/rtmp/url.js';
import { LiveMedia } from './live-media.js';
import type { Published, PublisherSetup } from './roles.js';
import { stamp } from './stamp.js';

const { url: target, rate, root } = JSON.parse(process.argv[2] ?? '') as PublisherSetup;
const url = parseRtmpUrl(target, {});
const media = await LiveMedia.at(rate, root);
const session = new ClientSession({
  app: url.app,
  tcUrl: url.tcUrl,
  role: 'publisher',
  random: randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES),
  timeMs: 0,
});
const socket = connect({ host: url.host, port: url.port, noDelay: true });
session.start();
session.publish(url.streamName);
flush();
let streamMs = 0;

socket.on('data', (bytes) => {
  for (const event of session.receive(bytes, performance.now())) {
    if (event.type === 'rejected') throw new Error(`the server refused: ${event.status.code}`);
    if (event.type === 'publishStarted') {
      flush();
      socket.write(session.mediaFormat().encode(media.headers));
      process.send?.('ready');
    }
  }
  flush();
});

process.on('message', (durationMs: number) => {
  publish(durationMs).then((published) => process.send?.(published));
});
process.on('disconnect', () => process.exit());

/** Every tag leaves in a write of its own when its time has come, as encoders do it. */
async function publish(durationMs: number): Promise<Published> {
  const format = session.mediaFormat();
  const startMs = performance.now();
  const fromMs = streamMs;
  let bytes = 0;
  streamMs += durationMs;
  for (const tag of media.until(streamMs)) {
    const aheadMs = tag.timestampMs - fromMs - (performance.now() - startMs);
    if (aheadMs >= 1) await delay(aheadMs);
    if (tag.kind === 'video') stamp(tag.body);
    bytes += tag.body.length;
    socket.write(format.encode([tag]));
  }
  return { bytes };
}

function flush(): void {
  const output = session.takeOutput();
  if (output !== undefined) socket.write(output);
}
