import { EXIT_OF_KIND, EXIT_OF_SIGNAL, EXIT_OK } from './exit-codes.js';

const WIDTH = 80;

/** Fits on a screen of 80 columns and 30 lines, like the others but those of push, pull and probe. */
export const MAIN_HELP = `\
Examples:
  rtmpkit serve                                     a server on 127.0.0.1:1935
  rtmpkit push film.flv rtmp://127.0.0.1/live/film  publish a file in real time
  rtmpkit pull rtmp://127.0.0.1/live/film out.flv   record a stream
  rtmpkit probe rtmp://127.0.0.1/live/film          inspect a stream

Usage: rtmpkit COMMAND [options]
  push   publish a file, a camera, a screen or another stream
  pull   record a stream, or repair an FLV file
  probe  tell what a stream or a file is like, and what is wrong with it
  relay  pull from one of several servers, push to many
  serve  run a server that takes and gives streams

  rtmpkit COMMAND --help    examples and options of a command; --version
Exit status:
${exitTable()}
`;

/** Longer than a screen: what one looks for stands under a heading. */
export const PUSH_HELP = `\
Examples:
  rtmpkit push film.mp4 rtmp://host/live/name       in real time, with progress
  rtmpkit push film.mp4                             offer it from this machine
  rtmpkit push screen+mic rtmp://host/live/name     what is seen and said here
  rtmpkit push test rtmp://host/live/name           a moving picture and a tone
  rtmpkit push rtsp://camera/1 rtmp://host/live/name --size 1280x720
  rtmpkit push --loop a.flv @more.txt rtmps://host/app --key-file key.txt
  rtmpkit push film.flv rtmp://a/live/x --backup rtmp://b/live --to rtmp://c/1/y
  ffmpeg -i in.mp4 -c copy -f flv - | rtmpkit push - rtmp://host/live/name

Usage: rtmpkit push INPUT... [URL] [options]

Inputs:
  FILE, -              FLV, MP4, MKV, WebM, TS, MP3, AAC; FLV from stdin
  @PLAYLIST            a file that names an input in each line

Inputs that need FFmpeg on this machine:
  FILE, URL            what else FFmpeg reads: rtsp, srt, http, hls, udp ...
  camera[:NAME], screen[:N], mic[:NAME], screen+mic, camera+mic
  test                 a picture with a clock, and a tone
  --list-devices       show cameras, screens and microphones, and end
  A file that is called test or camera is meant by ./test

Servers (URL is one; without any, one of our own on this machine):
  --to URL             send it there, too, may be repeated; one that fails is
                       told, the others go on. In RTMPKIT_TO one on a line
  --backup URL         sent to while the first one is out of reach, which is
                       tried again meanwhile; same name unless it has its own

Time:
  --speed X            1 is real time, 0 as fast as the server takes it [1]
  --loop [N]           send all inputs N times, without N for ever
  --start T, --duration T    begin at the keyframe before T; stop after T
  --metadata K=V       say so in onMetaData, may be repeated; K= takes K out
  --data FILE|-        send lines {"at": MS, "name": "onChat", "value": ...}
  --max-queue T        drop frames when the server falls T behind [3s], from
                       T/2 on only those that no other frame needs
  --no-drop            wait for the server instead, as --speed 0 does; of
                       several for the slowest, but 5s if it takes nothing

Encoding (what RTMP can carry is sent as it is unless one of these is given):
  --video-codec C      copy, h264, hevc, av1 [copy, or else h264]
  --audio-codec C      copy, aac, mp3, opus [copy, or else aac]
  --size WxH           fit the picture into, such as 640x360
  --fps N              frames per second
  --video-bitrate R, --audio-bitrate R
                       in bit/s: 800k, 2500k, 6M [constant quality; 128k]
  --gop T              from keyframe to keyframe [2s]
  --preset NAME        speed of the encoder, such as ultrafast [veryfast]
  --low-latency        less delay, for a worse picture at the same rate
  --ffmpeg-args ARGS   for FFmpeg's output, behind its other arguments
  --ffmpeg PATH        this FFmpeg, and not the one in PATH

Connection:
${connectionOptions()}

General:
${commonOptions()}
`;

export const PULL_HELP = `\
Examples:
  rtmpkit pull rtmp://host/live/name                to NAME-DATE-TIME.flv
  rtmpkit pull rtmp://host/live/name out.mp4 --duration 1m30s
  rtmpkit pull rtmp://host/live/name --play         watch it in a window
  rtmpkit pull rtmp://host/live/name out.flv out.ts --play --snapshot out.jpg
  rtmpkit pull rtmp://host/live/name out.flv --segment 10m
  rtmpkit pull rtmp://host/live/name - | ffplay -
  rtmpkit pull damaged.flv fixed.flv                repair and index a file

Usage: rtmpkit pull URL|FILE [OUTPUT...] [options]

Where to, any of them together:
  OUT.flv|.mp4|.mkv|.ts, -   files by their extension; - is FLV on stdout
  --play               a window of ffplay or mpv; closing it ends it
  --pipe COMMAND       FLV into a shell command
  --snapshot OUT.jpg   a picture of the first keyframe; .png and others too
  --data-out FILE|-    data messages, a JSON object on each line

Files:
  --overwrite          replace files that are there
  --append             go on in an FLV that is there, on one timeline
  --segment T          OUT-001.flv, OUT-002.flv ... of about T, cut at keyframes
  --split-on-change    a new file when the codec configuration changes
  --max-size SIZE      stop before a file gets larger; with --segment: go on in
                       the next

What of the stream:
  --duration T         stop after T
  --start T            of a recorded stream: begin at T
  --video-only, --audio-only
  --buffer T           how far a server of recorded streams sends ahead [3s]

Connection and others:
${connectionOptions()}
  --ffmpeg PATH        the FFmpeg for .ts, --snapshot and the like
${commonOptions()}
`;

export const PROBE_HELP = `\
Examples:
  rtmpkit probe rtmp://host/live/name               look at it for 5 seconds
  rtmpkit probe film.mp4                            all of a file
  rtmpkit probe rtmp://host/live/name --watch       until q is pressed
  rtmpkit probe rtmp://host/live/name --duration 1m --report out.html
  rtmpkit probe rtmp://host/live/name --duration 0 --json
  rtmpkit probe rtmp://host/live/name --retry forever   wait until it begins
  rtmpkit probe URL --expect "video.fps>=25" --expect video.codec==h264
  rtmpkit probe rtmp://host/live/name --publish     may we, and how fast
  rtmpkit probe rtmp://host/live/name --conformance try the server out

Usage: rtmpkit probe URL|FILE [options]

What it does:
  --duration T         how long to look; 0: until picture and sound are there
                       [5s, or all of a file; with --watch: no end]
  --watch              show on the screen how it goes; q quits
  --report OUT.html    write a page with plots, too, in one file
  --overwrite          replace a page that is there
  --expect EXPRESSION  exit status 12 unless it holds; may be repeated. A name
                       of the JSON report, == != >= <= > or <, and a value;
                       video. and audio. are the first stream of the kind

Try a server out:
  --publish            send a short film of our own to the URL: is it allowed,
                       and how fast is it [--duration 3s, at most 16 MB]
  --conformance        try out what a server should take, on streams of our own
                       in the app of the URL; exit status 12 if a check fails

Connection:
${connectionOptions()}

General:
${commonOptions('the report as JSON')}
`;

export const RELAY_HELP = `\
Examples:
  rtmpkit relay rtmp://a/live/x --to rtmp://b/live/x --to copy.flv
  rtmpkit relay rtmp://main/a/x rtmp://spare/a/x --warm --to rtmp://b/live/x
  rtmpkit relay rtmp://a/live/x --fallback slate.flv --to rtmp://b/live/x
  rtmpkit relay --config relays.yaml        many at once; SIGHUP reads it again

Usage: rtmpkit relay URL... --to URL|FILE.flv|- [--to ...] [options]

  --warm               connect all sources, to change as soon as one is lost
  --failback T         go back to a better source when it is healthy for T [10s]
  --fallback FILE.flv  repeat this while no source is alive
  --delay T            send on T later; holds at most --max-memory SIZE [512M]
  --on-demand          pull only while a target takes the stream
  --max-queue T        drop frames for a target that falls T behind [3s], from
                       T/2 on, to a server, those that no other needs
  --overwrite          replace files where they exist

Many at once, in a FILE of --config: "relays" is a list, each with options of
its own; key-file and key-env (a variable) keep keys out of the file:
  relays:
    - name: one
      sources: [rtmp://main/a/x, rtmp://spare/a/x]
      to: [copy.flv, {url: rtmp://b/live, key-file: b.txt, name: b}]
      warm: true

Connection:
  --retry N            for each source and target, times in a row [forever]
  --retry-delay T      doubling, with jitter, to --retry-max-delay T [1s, 30s]
  --key-file FILE      a line for each URL without a name; --key -, RTMPKIT_KEY
  --show-keys          keys and passwords are shown, not ****
  --timeout T, --stall-timeout T      for a start, of silence [10s, 15s]
  --tls-ca FILE, --tls-insecure, --tls-cert FILE, --tls-key FILE

General:
${commonOptions()}
`;

export const SERVE_HELP = `\
Examples:
  rtmpkit serve                         for programs on this machine
  rtmpkit serve --listen :1935          for everybody who reaches port 1935
  rtmpkit serve --record recordings     and keep every stream as FLV
  rtmpkit serve --listen [::1]:1935 --listen 127.0.0.1:1936 --json

Usage: rtmpkit serve [options]

  --listen ADDRESS     host:port, may be repeated [127.0.0.1:1935]
  --no-gop-cache       new players wait for the next keyframe
  --record DIR         record every published stream into DIR
  --grace T            keep the players of a lost publisher for T [10s]
  --drain T            on a stop, ask clients to move and serve them for T [0]
  --max-connections N  refuse connections above N [20000]
  --max-connections-per-address N
                       the same for one address [no limit on loopback, else 100]
  --max-memory SIZE    media kept for players, at most [512M]
  --max-latency T      how long media may gather on its way to a crowd; longer
                       saves CPU, and a few players never wait [40ms]
  --show-keys          stream names and keys are shown, not ****
${commonOptions()}
`;

function connectionOptions(): string {
  return `\
  --app A, --name N    app and stream name, in place of those in the URL
  --key-file FILE      stream key from a file; --key - from a line of stdin;
                       RTMPKIT_KEY where the URL has none
  --user U, --password-file FILE, --password -    the same for a login
  --show-keys          keys and passwords are shown, not ****
  --timeout T, --stall-timeout T    to start [10s]; without any movement [15s]
  --retry N|forever, --retry-delay T, --retry-max-delay T  try again [0,1s,30s]
  --tls-ca FILE        trust this authority too; --tls-insecure: trust anybody
  --tls-cert FILE, --tls-key FILE    certificate to show of ourselves`;
}

/** @param result what `--json` gives */
function commonOptions(result = 'events as NDJSON'): string {
  return `\
  --config FILE        options as JSON or YAML; RTMPKIT_<OPTION_NAME> wins
  -q, --quiet          errors only; -v, --verbose: stages; -vv: messages
  --json, --no-color   ${result} on stdout; no colours

Times T: 500ms, 10s, 1m30s, 2h or seconds
${exitLines()}`;
}

/** All exit codes in as few lines as it takes. */
function exitLines(): string {
  const words = [EXIT_OK, ...Object.values(EXIT_OF_KIND)].map(({ code, name }) => `${code} ${name}`);
  const lines = ['Exit:'];
  for (const word of [...words, `${signalCodes()} interrupted`]) {
    const line = lines.at(-1) ?? '';
    if (line.length + 2 + word.length < WIDTH) {
      lines[lines.length - 1] = line.endsWith(':') || line === ' ' ? `${line} ${word}` : `${line}, ${word}`;
    } else {
      lines[lines.length - 1] = `${line},`;
      lines.push(`  ${word}`);
    }
  }
  return lines.join('\n');
}

function exitTable(): string {
  const rows = [EXIT_OK, ...Object.values(EXIT_OF_KIND)].map(
    ({ code, name, meaning }) => `  ${String(code).padEnd(15)}${name.padEnd(13)}${meaning}`,
  );
  return [
    ...rows,
    `  ${signalCodes().padEnd(15)}${'interrupted'.padEnd(13)}push or pull stopped by SIGHUP, SIGINT, SIGTERM`,
  ].join('\n');
}

function signalCodes(): string {
  return Object.values(EXIT_OF_SIGNAL).join(', ');
}
