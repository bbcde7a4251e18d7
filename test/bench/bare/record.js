// The least that Node can do to record what a port sends: `node record.js PORT FILE`. No protocol, one buffer to read into, and
// two to write from by turns.
import { open } from 'node:fs/promises';
import { connect } from 'node:net';

const READ_SIZE_BYTES = 512 * 1024;
const WRITE_SIZE_BYTES = 1024 * 1024;

const [port, path] = process.argv.slice(2);
const file = await open(path, 'w');
let filling = Buffer.allocUnsafeSlow(WRITE_SIZE_BYTES);
let writing = Buffer.allocUnsafeSlow(WRITE_SIZE_BYTES);
let filledBytes = 0;
let isWriting = false;

const socket = connect({
  host: '127.0.0.1',
  port,
  onread: { buffer: Buffer.allocUnsafeSlow(READ_SIZE_BYTES), callback: take },
});
socket.on('end', write);

function take(sizeBytes, buffer) {
  buffer.copy(filling, filledBytes, 0, sizeBytes);
  filledBytes += sizeBytes;
  if (filledBytes >= WRITE_SIZE_BYTES / 4) {
    write();
  }
  if (filledBytes > WRITE_SIZE_BYTES - READ_SIZE_BYTES) {
    socket.pause();
  }
  return true;
}

async function write() {
  if (isWriting) return;
  isWriting = true;
  while (filledBytes > 0) {
    [filling, writing] = [writing, filling];
    const sizeBytes = filledBytes;
    filledBytes = 0;
    socket.resume();
    await file.write(writing, 0, sizeBytes);
  }
  isWriting = false;
}
