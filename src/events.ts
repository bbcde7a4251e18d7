import type { ErrorCode, Stage } from './errors.js';
import type { RecentHistory, StreamHistory } from './history.js';
import type { ProbeReport } from './report.js';

/** Who is meant by an event: the command's own connection, or one of the peers of a server. */
export type Role = 'publisher' | 'player' | 'server' | 'connection' | 'recorder' | 'file' | 'relay';

/** relay, push to several servers: what an event is about. */
export interface RelayPlace {
  /** Which of several relays, by its name. */
  readonly relay?: string;
  /** Which of the sources or targets, by its name: where no other was given its redacted URL, with a number where two look alike. */
  readonly source?: string;
  readonly target?: string;
}

/** What an output is, when it is not a recording in a file or a stream: then `output` is the name of the program, or the command. */
export type OutputMedium = 'window' | 'command' | 'picture' | 'data';

/** A connection is being opened. One event per stage that begins. */
export interface ConnectingEvent extends RelayPlace {
  readonly event: 'connecting';
  readonly role: Role;
  readonly stage: Stage;
  /** Redacted. */
  readonly url: string;
}

export interface ConnectedEvent extends RelayPlace {
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

/** A connection was lost, or could not be made, and is tried again after a wait. */
export interface RetryingEvent extends RelayPlace {
  readonly event: 'retrying';
  readonly role: Role;
  /** Redacted. */
  readonly url: string;
  /** Number of the attempt that follows, counted from 1 since all was well, and how many there may be; `null`: any number. */
  readonly attempt: number;
  readonly attempts: number | null;
  /** Until then. */
  readonly delayMs: number;
  /** What has happened. */
  readonly code: ErrorCode;
  /** The same for people, and what the other side said. */
  readonly reason: string;
  readonly peerWords?: string;
}

/** Media flows from now on; for a server: it listens. */
export interface StartedEvent extends RelayPlace {
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
  /** relay: how many of them run now. */
  readonly relays?: number;
  /** push: length of what is sent, where it is known. */
  readonly durationMs?: number | null;
}

/** push of several inputs, relay of several sources: another one is being sent from now on; the first one, too, is told. */
export interface SwitchedEvent extends RelayPlace {
  readonly event: 'switched';
  readonly role: Role;
  /** A path; a URL is redacted. */
  readonly input: string;
  /** Which of how many, counted from 1. */
  readonly inputNumber: number;
  readonly inputCount: number;
  /** relay: why. */
  readonly reason?: SwitchReason;
}

/** `waiting`: to try again. `failed`: for good. */
export type TargetState = 'connecting' | 'running' | 'waiting' | 'failed';

/** `first`: it is the first one. `lost`, `stalled`: what became of the one before. `better`: it is preferred to that, and healthy. */
export type SwitchReason = 'first' | 'lost' | 'stalled' | 'better';

export interface StatsEvent extends RelayPlace {
  readonly event: 'stats';
  readonly role: Role;
  /** push: where it goes, redacted. To several there is an event for each. */
  readonly url?: string;
  /** push: how the server does. */
  readonly state?: TargetState;
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
  /** push, pull: see `TargetStats`. */
  readonly retries?: number;
  /** push: the same. */
  readonly capacityKbps?: number | null;
  readonly bandwidthUse?: number | null;
  /** push: round trip of the newest ping that the server answered; `null` without any. pull: as it was when it connected. */
  readonly rttMs?: number | null;
  /** push, pull: of the present connection; `null` without one. */
  readonly uptimeMs?: number | null;
  /** push: dropped frames by kind, and their share of all, 0 to 1. */
  readonly droppedAudio?: number;
  readonly droppedVideo?: number;
  readonly lossRate?: number;
  /**
   * push: frames that were on their way when a connection was lost, and which the server has not said to have. They are none
   * of the dropped ones.
   */
  readonly unconfirmedFrames?: number;
  /** serve only. */
  readonly publishers?: number;
  readonly players?: number;
  readonly connections?: number;
  /** How long media gathers now, in the stream with the most players, before it leaves; 0: not at all. */
  readonly latencyMs?: number;
  /** relay only: what waits for `--delay`. */
  readonly delayedBytes?: number;
  readonly sources?: readonly SourceStats[];
  readonly targets?: readonly TargetStats[];
}

/**
 * `idle`: not connected, because it is not needed. `connected`: no media has come yet. `waiting`: to try again. `failed`: for
 * good.
 */
export type SourceState = 'idle' | 'connecting' | 'connected' | 'running' | 'waiting' | 'failed';

/** How one source of a relay does. */
export interface SourceStats {
  readonly source: string;
  readonly state: SourceState;
  readonly onAir?: boolean;
  /** Received, over all connections. */
  readonly bytes: number;
  readonly bitrateKbps: number;
  readonly fps: number;
  readonly skewMs: number | null;
  readonly reconnects: number;
  /** How often a connection was lost, or could not be made, and was tried again. */
  readonly retries: number;
  /** As it was when it connected; `null` without a connection. */
  readonly rttMs: number | null;
  /** Of the present connection; `null` without one. */
  readonly uptimeMs: number | null;
}

/** How one target of a relay does. */
export interface TargetStats {
  readonly target: string;
  readonly state: TargetState;
  /** Sent or written, over all connections. */
  readonly bytes: number;
  readonly bitrateKbps: number;
  /**
   * What the way there carries at most, as it was last measured: while something waited because the network did not take it.
   * `null`: nothing had to wait yet.
   */
  readonly capacityKbps: number | null;
  /** The bitrate's share of that, 0 to 1. */
  readonly bandwidthUse: number | null;
  /** Newest video time minus newest audio time, of what was sent; `null` without both, and for files. */
  readonly skewMs: number | null;
  /** What waits for it. */
  readonly queueMs: number;
  readonly queueBytes: number;
  readonly droppedFrames: number;
  readonly droppedAudio: number;
  readonly droppedVideo: number;
  /** On their way when a connection was lost, and not confirmed. None of the dropped ones. */
  readonly unconfirmedFrames: number;
  /** Dropped frames of all, 0 to 1. */
  readonly lossRate: number;
  /** How many connections there were after the first one. */
  readonly reconnects: number;
  /** How often a connection was lost, or could not be made, and was tried again. */
  readonly retries: number;
  /** Round trip of the newest ping that was answered; `null`: none was. */
  readonly rttMs: number | null;
  /** Of the present connection; `null` without one. */
  readonly uptimeMs: number | null;
}

export interface WarningEvent extends RelayPlace {
  readonly event: 'warning';
  /** Stable, like `WARN_NO_AUTHENTICATION`. */
  readonly code: string;
  readonly message: string;
  readonly advice?: string;
  readonly connection?: number;
  /** push to several: redacted. */
  readonly url?: string;
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
export interface EndedEvent extends RelayPlace {
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
  /** push, targets of a relay: see `StatsEvent`; left out when there are none. */
  readonly unconfirmedFrames?: number;
  /** push, pull, targets of a relay that are servers: see `TargetStats`. */
  readonly reconnects?: number;
  readonly retries?: number;
  /** push, targets of a relay that are servers: the same. */
  readonly lossRate?: number;
  readonly capacityKbps?: number | null;
  readonly rttMs?: number | null;
  /** pull into parts: how many files it became; `output` is the name they were made from. */
  readonly parts?: number;
  /** pull of a damaged file: bytes that could not be used. */
  readonly skippedBytes?: number;
  /** relay: how each of them did. */
  readonly sources?: readonly SourceStats[];
  readonly targets?: readonly TargetStats[];
  /** True for the event that ends the command itself. */
  readonly final: boolean;
}

export type CommandEvent =
  | ConnectingEvent
  | ConnectedEvent
  | RetryingEvent
  | StartedEvent
  | StatsEvent
  | SwitchedEvent
  | WarningEvent
  | DevicesEvent
  | ProtocolMessageEvent
  | ReportEvent
  | SnapshotEvent
  | EndedEvent;
