// The least that a server on Node can do for a crowd: `node fan-out.js` listens, says its port, and when it gets a list of
// `[afterMs, sizeBytes]` writes pieces of these sizes to everybody at these times. No protocol, and always the same bytes. What
// comes in on a second port is read and thrown away.
import { once } from 'node:events';
import { createServer } from 'node:net';

const server = createServer({ noDelay: true });
const sockets = new Set();
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => sockets.delete(socket));
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });
await once(server, 'listening');
const intake = createServer((socket) => socket.on('error', () => {}).resume());
intake.listen({ host: '127.0.0.1', port: 0 });
await once(intake, 'listening');
process.send({ port: server.address().port, intakePort: intake.address().port });
process.on('disconnect', () => process.exit());

process.on('message', (pieces) => {
  const bytes = Buffer.alloc(Math.max(...pieces.map(([, sizeBytes]) => sizeBytes)));
  const startMs = performance.now();
  let next = 0;
  const go = () => {
    while (next < pieces.length && pieces[next][0] <= performance.now() - startMs) {
      const piece = bytes.subarray(0, pieces[next++][1]);
      for (const socket of sockets) socket.write(piece);
    }
    if (next < pieces.length) setTimeout(go, pieces[next][0] - (performance.now() - startMs));
    else process.send('done');
  };
  go();
});
