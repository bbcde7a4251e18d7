import { randomBytes } from 'node:crypto';
import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { RtmpkitError, type Stage } from '../errors.js';
import type { Clock } from '../flow/clock.js';
import { Deadline } from '../net/deadline.js';
import { dial } from '../net/dial.js';
import { Pump, type WireObserver } from '../net/pump.js';
import type { TlsOptions } from '../net/tls-options.js';
import { type AuthState, nextAuthStep } from '../rtmp/auth/negotiation.js';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../rtmp/handshake/packet.js';
import { ClientSession, type PlayOptions } from '../rtmp/session/client.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { tooLate } from './rtmp-failure.js';
import { type LinkWatch, type RtmpLinkListener, RtmpOpening, type RtmpRole } from './rtmp-opening.js';
import { explainSilentClose } from './tls-probe.js';

export interface RtmpLinkOptions {
  /** With a stream name. */
  readonly url: RtmpUrl;
  /** Bounds everything from the name look-up to the first word that the stream runs. */
  readonly timeoutMs: number;
  /** Ends a link on which nothing moves for so long. */
  readonly stallTimeoutMs: number;
  readonly tls: TlsOptions;
  readonly signal: AbortSignal;
  /** What the bodies of tags go through. Default: fresh memory */
  readonly memory?: RecycledMemory;
  /** How a player plays. Default: what is live, else what is recorded, from its beginning. */
  readonly play?: PlayOptions;
  readonly onStage: (stage: Stage) => void;
  /**
   * The server asks us to connect anew (E-RTMP v2): to this tcUrl, which may be relative, or to the same. Without, it is told
   * that we would not follow.
   */
  readonly onReconnectRequest?: (tcUrl: string | undefined) => void;
  /** For what is done now and then. Default: the system's */
  readonly clock?: Clock;
  /** Makes an observer for each connection. */
  readonly observe?: (() => WireObserver) | undefined;
  readonly watch?: LinkWatch | undefined;
  /** `digest` asks a server to show what it can; `simple`, the default, is what every server takes. */
  readonly handshake?: 'simple' | 'digest' | undefined;
}

/**
 * Dials the server of a URL and publishes or plays its stream; the listener gets the link when the stream runs. A server
 * that wants user and password (Adobe, Limelight) refuses twice on the way: each answer to its challenge is a connection of
 * its own.
 *
 * @throws {NetworkError | ProtocolError | RejectedError} with the stage that failed; the signal's reason when aborted.
 */
export async function openRtmpLink(
  role: RtmpRole,
  options: RtmpLinkOptions,
  listener: RtmpLinkListener,
): Promise<void> {
  let stage: Stage = 'tcp';
  const onStage = (next: Stage): void => {
    stage = next;
    options.onStage(next);
  };
  const deadline = new Deadline(options.timeoutMs, options.signal, () =>
    tooLate(stage, options.url, options.timeoutMs),
  );
  const attempt = { ...options, role, listener, onStage, signal: deadline.signal };
  try {
    let state: AuthState = 'anonymous';
    let suffix = '';
    for (;;) {
      const opening = new RtmpOpening(attempt);
      try {
        return await open(attempt, opening, suffix);
      } catch (error) {
        ({ state, suffix } = authStep(error, opening, options.url, state));
      }
    }
  } finally {
    deadline.clear();
  }
}

interface Attempt extends RtmpLinkOptions {
  readonly role: RtmpRole;
}

/** @param suffix goes behind the app: the client's part of the authentication */
async function open(attempt: Attempt, opening: RtmpOpening, suffix: string): Promise<void> {
  const { url, role, tls, signal, onStage, observe } = attempt;
  const target = { host: url.host, port: url.port, secure: url.scheme === 'rtmps', tls };
  const { socket, reads, tls: tlsSession } = await dial(target, { signal, onStage });
  const peer = { address: socket.remoteAddress ?? url.host, port: socket.remotePort ?? url.port };
  attempt.watch?.dialed({ ...peer, tls: tlsSession });
  const session = new ClientSession({
    app: `${url.app}${suffix}`,
    tcUrl: `${url.tcUrl}${suffix}`,
    role,
    handshake: attempt.handshake,
    random: randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES),
    timeMs: 0,
    memory: attempt.memory,
    followsReconnectRequests: attempt.onReconnectRequest !== undefined,
  });
  session.start();
  if (role === 'publisher') {
    session.publish(url.streamName);
  } else {
    session.play(url.streamName, attempt.play ?? { start: { from: 'live-or-recorded' } });
  }
  onStage('handshake');
  const pump = new Pump(socket, session, opening, { reads, observer: observe?.() });
  await opening.done({ session, pump, peer }, signal).catch(async (error: unknown) => {
    const isAskedInVain = tlsSession?.asksForCertificate === true && tls.certificate === undefined;
    const lacksCertificate = isAskedInVain && pump.bytesReceived === 0;
    throw await explainSilentClose(error, { url, signal, lacksCertificate });
  });
}

/** @throws the error of the attempt when it is not about authentication; `ERR_AUTH` when there is no next step. */
function authStep(
  error: unknown,
  { connectRefusal }: RtmpOpening,
  { user, password = '', app }: RtmpUrl,
  state: AuthState,
): { readonly state: AuthState; readonly suffix: string } {
  const step =
    connectRefusal === undefined || !(error instanceof RtmpkitError)
      ? undefined
      : nextAuthStep({
          state,
          description: connectRefusal,
          credentials: user === undefined ? undefined : { user, password },
          app,
          random: randomBytes(4),
        });
  if (step?.type === 'reconnect') {
    return step;
  }
  throw step?.error ?? error;
}
