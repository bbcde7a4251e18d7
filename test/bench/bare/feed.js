// The least that a publisher on Node can do: `node feed.js PORT`, and when it gets a list of `[afterMs, sizeBytes]` it writes pieces
// of these sizes to the port at these times.
import { once } from 'node:events';
import { connect } from 'node:net';

const socket = connect({ host: '127.0.0.1', port: Number(process.argv[2]), noDelay: true });
await once(socket, 'connect');
process.send('ready');
process.on('disconnect', () => process.exit());

process.on('message', (pieces) => {
  const bytes = Buffer.alloc(Math.max(...pieces.map(([, sizeBytes]) => sizeBytes)));
  const startMs = performance.now();
  let next = 0;
  const go = () => {
    while (next < pieces.length && pieces[next][0] <= performance.now() - startMs) {
      socket.write(bytes.subarray(0, pieces[next++][1]));
    }
    if (next < pieces.length) setTimeout(go, pieces[next][0] - (performance.now() - startMs));
    else process.send('done');
  };
  go();
});
