import { expect, it } from 'vitest';
import { Traffic } from '../../src/server/traffic.js';

it('sums up what passes, and lets somebody else hear it, too', () => {
  const traffic = new Traffic();
  const heard: string[] = [];
  const other = {
    received: (bytes: Uint8Array) => void heard.push(`in ${bytes.length}`),
    sent: (bytes: Uint8Array) => void heard.push(`out ${bytes.length}`),
  };
  const [plain, watched] = [traffic.beside(undefined), traffic.beside(other)];
  plain.received(new Uint8Array(1));
  plain.sent(new Uint8Array(20));
  watched.received(new Uint8Array(300));
  watched.sent(new Uint8Array(4000));
  expect([traffic.bytesReceived, traffic.bytesSent]).toEqual([301, 4020]);
  expect(heard).toEqual(['in 300', 'out 4000']);
});
