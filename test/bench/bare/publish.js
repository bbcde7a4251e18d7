// The least that Node can do to send a file to a port, so many times: `node publish.js FILE PORT TIMES`. No protocol, and two
// buffers by turns.
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';

const SIZE_BYTES = 512 * 1024;

const [path, port, times] = process.argv.slice(2);
const socket = connect(port, '127.0.0.1');
await once(socket, 'connect');
const buffers = [Buffer.allocUnsafeSlow(SIZE_BYTES), Buffer.allocUnsafeSlow(SIZE_BYTES)];
let sent = Promise.resolve();
for (let i = 0; i < Number(times); i++) {
  const file = await open(path);
  for (;;) {
    const buffer = buffers[0];
    buffers.reverse();
    const { bytesRead } = await file.read(buffer, 0, SIZE_BYTES);
    if (bytesRead === 0) break;
    await sent;
    sent = new Promise((resolve) => {
      socket.write(buffer.subarray(0, bytesRead), resolve);
    });
  }
  await file.close();
}
await sent;
socket.end();
