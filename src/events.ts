import type { Stage } from './errors.js';
import type { RecentHistory, StreamHistory } from './history.js';
import type { ProbeReport } from './report.js';

/** Who is meant by an event: the command's own connection, or one of the peers of a server. */
export type Role = 'publisher' | 'player' | 'server' | 'connection' | 'recorder' | 'file';

/** What an output is, when it is not a recording in a file or a stream: then `output` is the name of the program, or the command. */
export type OutputMedium = 'window' | 'command' | 'picture' | 'data';

/** A connection is being opened. One event per stage that begins. */
export interface ConnectingEvent {
  readonly event: 'connecting';
  readonly role: Role;
  readonly stage: Stage;
  /** Redacted. */
  readonly url: string;
}

export interface ConnectedEvent {
  readonly event: 'connected';
  readonly role: Role;
  readonly url: string;
  readonly address: string;
  readonly port: number;
  readonly handshake: 'simple' | 'digest-0' | 'digest-1' | null;
  /** serve: the number of the connection. */
  readonly connection?: number;
  /** The peer's flashVer (serve) or fmsVer (push, pull). */
  readonly software?: string;
}

/** Media flows from now on; for a server: it listens. */
export interface StartedEvent {
  readonly event: 'started';
  readonly role: Role;
  /** Redacted. */
  readonly url?: string;
  readonly connection?: number;
  /** serve: where it listens. */
  readonly listen?: readonly { readonly address: string; readonly port: number; readonly url: string }[];
  /** push with an embedded server: what to open in a player. Not secret. */
  readonly playUrls?: readonly string[];
  /** pull: where it writes; `-` is standard output. One event for each output. */
  readonly output?: string;
  readonly medium?: OutputMedium;
  /** push: length of what is sent, where it is known. */
  readonly durationMs?: number | null;
}

/** push of several inputs: another one is being sent from now on; the first one, too, is told. */
export interface SwitchedEvent {
  readonly event: 'switched';
  readonly role: Role;
  /** A path; a URL is redacted. */
  readonly input: string;
  /** Which of how many, counted from 1. */
  readonly inputNumber: number;
  readonly inputCount: number;
}

export interface StatsEvent {
  readonly event: 'stats';
  readonly role: Role;
  /** Media time since the start. */
  readonly positionMs: number;
  readonly durationMs: number | null;
  readonly bytes: number;
  readonly bitrateKbps: number;
  readonly fps: number;
  /** Newest video time minus newest audio time; `null` without both. */
  readonly skewMs: number | null;
  readonly queueMs: number;
  readonly queueBytes: number;
  readonly droppedFrames: number;
  readonly reconnects: number;
  /** serve only. */
  readonly publishers?: number;
  readonly players?: number;
  readonly connections?: number;
  /** How long media gathers now, in the stream with the most players, before it leaves; 0: not at all. */
  readonly latencyMs?: number;
}

export interface WarningEvent {
  readonly event: 'warning';
  /** Stable, like `WARN_NO_AUTHENTICATION`. */
  readonly code: string;
  readonly message: string;
  readonly advice?: string;
  readonly connection?: number;
}

/** push --list-devices: what it can capture. */
export interface DevicesEvent {
  readonly event: 'devices';
  readonly devices: readonly {
    readonly kind: 'camera' | 'screen' | 'mic';
    /** For people. */
    readonly name: string;
    /** What push takes for it. */
    readonly input: string;
  }[];
}

/** One protocol message on a connection. Only when it was asked for. */
export interface ProtocolMessageEvent {
  readonly event: 'message';
  /** serve: the number of the connection. */
  readonly connection?: number;
  readonly direction: 'sent' | 'received';
  /** As the specification calls it: `Set Chunk Size`, `User Control`, `Command`, `Video` … */
  readonly type: string;
  /** RTMP 5.4, 7.1. */
  readonly typeId: number;
  /** Chunk stream and message stream. */
  readonly csid: number;
  readonly streamId: number;
  /** u32 as on the wire. */
  readonly timestampMs: number;
  /** Of the payload. */
  readonly sizeBytes: number;
  /** Of a command or a data message. */
  readonly name?: string;
  /** Of a command. */
  readonly transactionId?: number;
  /** For people: the values of a control message, the arguments of a command. Redacted unless it was asked for otherwise. */
  readonly content?: string;
}

/** What a probe has found. One, whether it went well or not. */
export interface ReportEvent {
  readonly event: 'report';
  readonly report: ProbeReport;
  readonly history: StreamHistory;
}

/** What a probe that is watched has found by now. Once a second. */
export interface SnapshotEvent {
  readonly event: 'snapshot';
  readonly report: ProbeReport;
  readonly recent: RecentHistory;
}

/** The last event of a command, or, for a server, of one of its connections, publishes or plays. */
export interface EndedEvent {
  readonly event: 'ended';
  readonly role: Role;
  /** For people: `end of file`, `end of stream`, `duration reached`, `interrupted`, `idle for 60 s` … */
  readonly reason: string;
  readonly url?: string;
  readonly connection?: number;
  readonly output?: string;
  readonly medium?: OutputMedium;
  readonly bytes: number;
  /** Of a file: what of its bytes is audio and video, without what a file has around and besides them. */
  readonly mediaBytes?: number;
  readonly durationMs: number;
  readonly audioTags?: number;
  readonly videoTags?: number;
  readonly dataTags?: number;
  readonly droppedFrames?: number;
  /** pull into parts: how many files it became; `output` is the name they were made from. */
  readonly parts?: number;
  /** pull of a damaged file: bytes that could not be used. */
  readonly skippedBytes?: number;
  /** True for the event that ends the command itself. */
  readonly final: boolean;
}

export type CommandEvent =
  | ConnectingEvent
  | ConnectedEvent
  | StartedEvent
  | StatsEvent
  | SwitchedEvent
  | WarningEvent
  | DevicesEvent
  | ProtocolMessageEvent
  | ReportEvent
  | SnapshotEvent
  | EndedEvent;
