import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RtmpPublisher } from '../../src/endpoint/rtmp-publisher.js';
import { Pump } from '../../src/net/pump.js';
import type { ServerEvent } from '../../src/rtmp/session/events.js';
import { ServerSession } from '../../src/rtmp/session/server.js';
import { StatusCode } from '../../src/rtmp/session/status.js';
import { parseRtmpUrl } from '../../src/rtmp/url.js';
import { adobe, type Gatekeeper, PASSWORD, USER } from '../support/gatekeeper.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});

/** A server that asks the gatekeeper at each connect. Gives its port and the apps it was asked for. */
async function startServer(gatekeeper: Gatekeeper): Promise<{ port: number; apps: string[] }> {
  const apps: string[] = [];
  const server = createServer((socket) => {
    const session = new ServerSession({ random: new Uint8Array(3072), timeMs: 0 });
    const answer = (event: ServerEvent): void => {
      if (event.type === 'connectRequest') {
        apps.push(event.request.app);
        const description = gatekeeper(event.request.app);
        if (description === undefined) {
          session.acceptConnect();
        } else {
          session.rejectConnect({ level: 'error', code: StatusCode.ConnectRejected, description });
          pump.end();
        }
      } else if (event.type === 'publishRequest') {
        session.acceptPublish(event.streamId);
      }
    };
    const pump = new Pump(socket, session, {
      onEvents: (events) => events.forEach(answer),
      onDrain: () => {},
      onIdle: () => {},
      onClose: () => {},
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, apps };
}

function publish(port: number, userinfo: string): Promise<RtmpPublisher> {
  return RtmpPublisher.open({
    url: parseRtmpUrl(`rtmp://${userinfo}127.0.0.1:${port}/live/key`),
    timeoutMs: 5_000,
    stallTimeoutMs: 5_000,
    tls: {},
    signal: new AbortController().signal,
    onStage: () => {},
  });
}

describe('a publisher whose server wants user and password', () => {
  it('answers the challenge of Adobe servers, one connection per step', async () => {
    const { port, apps } = await startServer(adobe);
    const publisher = await publish(port, `${USER}:${PASSWORD}@`);
    publisher.close();
    expect(apps[0]).toBe('live');
    expect(apps[1]).toBe('live?authmod=adobe&user=user1');
    expect(apps[2]).toMatch(/^live\?authmod=adobe&user=user1&challenge=[0-9a-f]{8}&response=/);
    expect(apps).toHaveLength(3);
  });

  it('gives up on a wrong password, and never shows it', async () => {
    const { port } = await startServer(adobe);
    const failure = await publish(port, `${USER}:wrong-secret@`).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'ERR_AUTH', kind: 'auth' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('wrong-secret');
  });

  it('says that credentials are wanted when the URL has none', async () => {
    const { port } = await startServer(adobe);
    await expect(publish(port, '')).rejects.toMatchObject({
      code: 'ERR_AUTH',
      advice: expect.stringContaining('user'),
    });
  });

  it('takes any other refusal as it is', async () => {
    const { port, apps } = await startServer(() => 'no such customer');
    await expect(publish(port, `${USER}:${PASSWORD}@`)).rejects.toMatchObject({ code: 'ERR_REJECTED' });
    expect(apps).toHaveLength(1);
  });
});
