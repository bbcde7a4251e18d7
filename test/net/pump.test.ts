import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NetworkError, ProtocolError } from '../../src/errors.js';
import { type CloseReason, Pump, type PumpHandlers } from '../../src/net/pump.js';
import type { Session } from '../../src/rtmp/session/session.js';
import { readAll, SocketPairs } from '../support/socket-pair.js';

const pairs = new SocketPairs();
afterEach(() => {
  vi.useRealTimers();
  return pairs.close();
});

/** A session in which every read is an event, and whose output is what the test puts there. */
class TextSession implements Session<string> {
  output = '';
  onReceive: (text: string) => void = () => {};

  receive(bytes: Uint8Array, _nowMs: number, into: string[]): string[] {
    const text = Buffer.from(bytes).toString();
    into.push(text);
    this.onReceive(text);
    return into;
  }

  takeOutput(): Uint8Array | undefined {
    const { output } = this;
    this.output = '';
    return output === '' ? undefined : Buffer.from(output);
  }
}

class Handlers implements PumpHandlers<string> {
  text = '';
  idleCount = 0;
  readonly closed: Promise<CloseReason>;
  onClose: (reason: CloseReason) => void = () => {};
  onEvents = (events: readonly string[]): void => {
    this.text += events.join('');
  };
  onDrain = (): void => {};
  onIdle = (): void => {
    this.idleCount += 1;
  };

  constructor() {
    this.closed = new Promise((resolve, reject) => {
      let closings = 0;
      this.onClose = (reason) => {
        closings += 1;
        return closings === 1 ? resolve(reason) : reject(new Error('closed twice'));
      };
    });
  }
}

interface Desk {
  readonly pump: Pump<string>;
  readonly session: TextSession;
  readonly handlers: Handlers;
  readonly ours: Socket;
  readonly theirs: Socket;
}

async function desk(): Promise<Desk> {
  const { ours, theirs } = await pairs.make();
  const [session, handlers] = [new TextSession(), new Handlers()];
  return { pump: new Pump(ours, session, handlers), session, handlers, ours, theirs };
}

/** Writes until neither socket nor kernel takes more. */
function fill(pump: Pump<string>): number {
  const bytes = Buffer.alloc(1024 * 1024);
  let sizeBytes = 0;
  do {
    sizeBytes += bytes.length;
  } while (pump.write(bytes) || pump.queuedBytes < 4 * bytes.length);
  return sizeBytes;
}

describe('Pump', () => {
  it('brings bytes to the session, events to the handler, and answers back', async () => {
    const { session, handlers, theirs } = await desk();
    session.onReceive = (text) => {
      session.output += text.toUpperCase();
    };
    theirs.write('hello');
    theirs.resume();
    const [answer] = await once(theirs, 'data');
    expect(`${answer}`).toBe('HELLO');
    expect(handlers.text).toBe('hello');
  });

  it('sends media behind what of the session was flushed', async () => {
    const { pump, session, theirs } = await desk();
    session.output = 'header ';
    pump.flush();
    expect(pump.write(Buffer.from('media'))).toBe(true);
    pump.end();
    expect(`${await readAll(theirs)}`).toBe('header media');
    expect(pump.bytesSent).toBe(12);
  });

  it('says when the socket is full, since when, and when it has room again', async () => {
    const { pump, handlers, theirs } = await desk();
    const drained = new Promise<void>((resolve) => {
      handlers.onDrain = resolve;
    });
    const beforeMs = performance.now();
    expect(pump.fullSinceMs).toBeUndefined();
    fill(pump);
    expect(pump.write(Buffer.from('more'))).toBe(false);
    expect(pump.fullSinceMs).toBeGreaterThanOrEqual(beforeMs);
    theirs.resume();
    await drained;
    expect([pump.fullSinceMs, pump.queuedBytes]).toEqual([undefined, 0]);
    expect(pump.write(Buffer.from('more'))).toBe(true);
  });

  it('reads nothing while it is paused', async () => {
    const { pump, handlers, ours, theirs } = await desk();
    pump.pause();
    theirs.write('early');
    await expect.poll(() => ours.readableLength).toBe(5);
    expect(handlers.text).toBe('');
    pump.resume();
    theirs.end();
    expect(await handlers.closed).toEqual({ by: 'peer' });
    expect(handlers.text).toBe('early');
  });
});

describe('failures of a session or a handler', () => {
  it('end the connection, behind what the session still had to say', async () => {
    const { session, handlers, theirs } = await desk();
    const error = new ProtocolError('ERR_CHUNK', 'nonsense');
    session.onReceive = () => {
      session.output = 'you talk nonsense';
      throw error;
    };
    theirs.write('gibberish');
    expect(`${await readAll(theirs)}`).toBe('you talk nonsense');
    theirs.end();
    expect(await handlers.closed).toEqual({ by: 'error', error });
    expect(handlers.text).toBe('gibberish'); // what it meant before it went wrong is not lost
  });

  it.each<[string, (desk: Desk, fail: () => never) => void]>([
    [
      'onEvents',
      ({ handlers, theirs }, fail) => {
        handlers.onEvents = fail;
        theirs.write('x');
      },
    ],
    [
      'onDrain',
      ({ handlers, pump, theirs }, fail) => {
        handlers.onDrain = fail;
        fill(pump);
        theirs.resume();
      },
    ],
    [
      'onIdle',
      ({ handlers, pump }, fail) => {
        handlers.onIdle = fail;
        pump.idleMs = 5;
      },
    ],
  ])('are internal errors when they are bugs: %s', async (_, provoke) => {
    const made = await desk();
    const bug = new TypeError('undefined is not a function');
    provoke(made, () => {
      throw bug;
    });
    made.theirs.resume();
    await once(made.theirs, 'end');
    made.theirs.end();
    const reason = await made.handlers.closed;
    expect(reason).toMatchObject({ by: 'error', error: { code: 'ERR_INTERNAL', cause: bug } });
  });
});

describe('a peer', () => {
  it('that closes is answered in kind', async () => {
    const { pump, handlers, theirs } = await desk();
    theirs.end('bye');
    expect(`${await readAll(theirs)}`).toBe('');
    expect(await handlers.closed).toEqual({ by: 'peer' });
    expect(handlers.text).toBe('bye');
    expect(pump.isOpen).toBe(false);
    expect(pump.write(Buffer.from('late'))).toBe(false);
  });

  it('that closes is not waited for with what it has not taken', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { pump, handlers, theirs } = await desk();
    fill(pump);
    theirs.end();
    expect(await handlers.closed).toEqual({ by: 'peer' });
  });

  it('that resets is lost', async () => {
    const { handlers, theirs } = await desk();
    theirs.resetAndDestroy();
    const reason = await handlers.closed;
    expect(reason).toMatchObject({ by: 'error', error: { code: 'ERR_CONNECTION_LOST', stage: 'stream' } });
    expect(reason.by === 'error' && reason.error.message).toContain('ECONNRESET');
  });

  it('that is silent is reported each time it is asked for', async () => {
    const { pump, handlers } = await desk();
    for (let i = 0; i < 2; i += 1) {
      const idle = new Promise<void>((resolve) => {
        handlers.onIdle = resolve;
      });
      pump.idleMs = 5;
      await idle;
    }
    expect(pump.idleMs).toBe(5);
  });

  it('is not called silent while we do not listen', async () => {
    const { pump, handlers } = await desk();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      pump.pause();
      pump.idleMs = 5_000;
      vi.advanceTimersByTime(20_000);
      expect(handlers.idleCount).toBe(0);
      pump.resume();
      vi.advanceTimersByTime(5_000);
      expect(handlers.idleCount).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that asks and asks and never reads is closed', async () => {
    const { session, handlers, theirs } = await desk();
    session.onReceive = () => {
      session.output += 'answer'.repeat(20_000);
    };
    const asking = setInterval(() => theirs.write('?'), 0);
    const reason = await handlers.closed;
    clearInterval(asking);
    expect(reason).toMatchObject({ by: 'error', error: { code: 'ERR_LIMIT' } });
  });

  it('may leave media unread without being closed for it', async () => {
    const { pump } = await desk();
    fill(pump);
    expect([pump.isOpen, pump.unreadBytes]).toEqual([true, 0]);
  });
});

describe('end', () => {
  it('delivers everything to a reader who is slow', async () => {
    const { pump, handlers, theirs } = await desk();
    const sizeBytes = fill(pump);
    pump.end();
    expect(pump.isOpen).toBe(false);
    expect((await readAll(theirs)).length).toBe(sizeBytes);
    theirs.end();
    expect(await handlers.closed).toEqual({ by: 'us' });
  });

  it('is lost when the reader goes before it has everything', async () => {
    const { pump, handlers, theirs } = await desk();
    fill(pump);
    pump.end();
    theirs.resetAndDestroy();
    expect(await handlers.closed).toMatchObject({ by: 'error', error: { code: 'ERR_CONNECTION_LOST' } });
  });

  it('is lost when the reader stops, as soon as the owner has had enough', async () => {
    const { pump, handlers } = await desk();
    const error = new NetworkError('ERR_STALLED', 'nothing moves');
    handlers.onIdle = () => pump.destroy(error);
    pump.idleMs = 20;
    fill(pump);
    pump.end();
    expect(await handlers.closed).toEqual({ by: 'error', error });
  });

  it('waits only so long for the peer to close its side', async () => {
    const { pump, handlers, theirs } = await desk();
    pump.write(Buffer.from('all'));
    pump.end(20);
    theirs.resume();
    expect(await handlers.closed).toEqual({ by: 'us' });
  });

  it('hears nothing more, and does not mind to be called again', async () => {
    const { pump, handlers, theirs } = await desk();
    pump.end();
    pump.end();
    theirs.end('too late');
    expect(await handlers.closed).toEqual({ by: 'us' });
    expect(handlers.text).toBe('');
  });

  it('reads on although it was paused, so that the goodbye is none of a reset', async () => {
    const { pump, handlers, theirs } = await desk();
    pump.pause();
    theirs.write('unheard');
    pump.write(Buffer.from('goodbye'));
    pump.end();
    expect(`${await readAll(theirs)}`).toBe('goodbye');
    theirs.end();
    expect(await handlers.closed).toEqual({ by: 'us' });
  });
});

describe('destroy', () => {
  it('tells its error', async () => {
    const { pump, handlers } = await desk();
    const error = new NetworkError('ERR_TIMEOUT', 'too late');
    pump.destroy(error);
    pump.destroy(new NetworkError('ERR_TIMEOUT', 'another'));
    expect(await handlers.closed).toEqual({ by: 'error', error });
  });

  it('without an error is our own wish', async () => {
    const { pump, handlers } = await desk();
    fill(pump);
    pump.destroy();
    expect(await handlers.closed).toEqual({ by: 'us' });
  });
});
