import { plainMembers } from '../../amf/plain.js';
import type { AmfObject } from '../../amf/value.js';
import { UNKNOWN_SERVER } from '../../analysis/empty-report.js';
import type { DialedConnection, LinkWatch } from '../../endpoint/rtmp-opening.js';
import type { ServerReport, TlsReport, WarningReport } from '../../report.js';
import { capsExOf, fourCcsOf, identifyServer } from '../../rtmp/fingerprint.js';
import type { ClientEvent, HandshakeScheme } from '../../rtmp/session/events.js';
import { GreetingWatch } from '../../rtmp/watch/greeting-watch.js';

const DAY_MS = 86_400_000;
/** Whoever renews certificates has done so by then. */
const EXPIRING_DAYS = 14;
const OLD_TLS: ReadonlySet<string> = new Set(['SSLv3', 'TLSv1', 'TLSv1.1']);

/** What is told to the one who draws it. */
export interface PortraitListener {
  readonly onDialed: () => void;
  readonly onStreamCreated: () => void;
  /** In the server's own words. */
  readonly onWords: (words: string) => void;
}

/** What a server is like, drawn while a link to it is opened. Of several links in a row the newest counts. */
export class ServerPortrait implements LinkWatch {
  readonly #listener: PortraitListener;
  readonly #now: () => Date;
  #connection: DialedConnection | undefined;
  #greeting: GreetingWatch | undefined;
  #handshake: HandshakeScheme | undefined;
  #properties: AmfObject | undefined;
  #information: AmfObject = new Map();
  #rttMs: number | undefined;

  constructor(listener: PortraitListener, now: () => Date) {
    this.#listener = listener;
    this.#now = now;
  }

  /** Makes the observer of one connection. */
  observe(): GreetingWatch {
    this.#greeting = new GreetingWatch(this.#listener.onStreamCreated);
    return this.#greeting;
  }

  dialed(connection: DialedConnection): void {
    this.#listener.onDialed();
    this.#connection = connection;
    this.#handshake = undefined;
    this.#properties = undefined;
    this.#information = new Map();
  }

  heard(event: Exclude<ClientEvent, { type: 'tags' }>): void {
    switch (event.type) {
      case 'handshaken':
        this.#handshake = event.scheme;
        return;
      case 'connected':
        this.#properties = event.properties;
        this.#information = event.information;
        return this.#listener.onWords(wordsOf(event.information.get('code'), event.information.get('description')));
      case 'playStarted':
        return this.#listener.onWords(wordsOf(event.status.code, event.status.description));
      case 'pong':
        this.#rttMs = Math.min(this.#rttMs ?? event.rttMs, event.rttMs);
        return;
      default:
        return;
    }
  }

  report(): ServerReport {
    const properties = this.#properties ?? new Map();
    const greeting = this.#greeting?.greeting ?? { handshakeVersion: undefined, order: [] };
    const identity = identifyServer({ ...greeting, properties, information: this.#information });
    return {
      ...UNKNOWN_SERVER,
      address: this.#connection?.address ?? null,
      port: this.#connection?.port ?? null,
      software: identity?.software ?? null,
      softwareVersion: identity?.version ?? null,
      fmsVer: textOf(properties.get('fmsVer')),
      handshake: this.#handshake ?? null,
      handshakeVersion: dotted(greeting.handshakeVersion),
      tls: this.#tls,
      rttMs: this.#rttMs === undefined ? null : Math.round(this.#rttMs * 100) / 100,
      objectEncoding: numberOf(this.#information.get('objectEncoding')),
      capabilities: numberOf(properties.get('capabilities')),
      capsEx: capsExOf(properties) ?? null,
      fourCcs: fourCcsOf(properties) ?? null,
      properties: plainMembers(new Map([...properties, ...this.#information])),
    };
  }

  warnings(): WarningReport[] {
    const { version = null, certificateDaysLeft = null } = this.#tls ?? {};
    const warnings: WarningReport[] = [];
    if (certificateDaysLeft !== null && certificateDaysLeft < EXPIRING_DAYS) {
      warnings.push({
        code: 'WARN_CERTIFICATE_EXPIRES',
        message:
          certificateDaysLeft < 0
            ? `the certificate of the server is no longer valid, since ${-certificateDaysLeft} days`
            : `the certificate of the server is valid for ${certificateDaysLeft} more days only`,
        advice: 'renew it: clients that check it will be refused',
      });
    }
    if (version !== null && OLD_TLS.has(version)) {
      warnings.push({
        code: 'WARN_OLD_TLS',
        message: `the server speaks ${version}, which is no longer safe`,
        advice: 'let the server speak TLS 1.2 or 1.3',
      });
    }
    return warnings;
  }

  get #tls(): TlsReport | null {
    const session = this.#connection?.tls;
    if (session === undefined) return null;
    const leftMs = session.certificateEnd === undefined ? undefined : +session.certificateEnd - +this.#now();
    return {
      version: session.version ?? null,
      cipher: session.cipher ?? null,
      certificateDaysLeft: leftMs === undefined ? null : Math.floor(leftMs / DAY_MS),
    };
  }
}

function wordsOf(...words: readonly unknown[]): string {
  return words.filter((word) => typeof word === 'string' && word !== '').join(': ');
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function dotted(version: number | undefined): string | null {
  if (version === undefined) return null;
  return [24, 16, 8, 0].map((shift) => (version >>> shift) & 0xff).join('.');
}
