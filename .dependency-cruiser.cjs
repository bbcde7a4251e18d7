/**
 * The floors of the house: a file imports only its own folder and lower floors.
 * Folders on one floor do not know each other.
 */
const floors = [
  ['errors.ts', 'events.ts', 'report.ts', 'history.ts', 'longest-timer.ts', 'bytes', 'text'],
  ['amf', 'codec'],
  ['media'],
  ['rtmp', 'flv', 'mp4', 'matroska', 'files'],
  ['flow', 'net', 'ffmpeg', 'analysis', 'page'],
  ['endpoint'],
  ['server'],
  ['commands'],
  ['cli'],
];

const pathOf = (room) => (room.endsWith('.ts') ? `^src/${room.replace('.', '\\.')}$` : `^src/${room}/`);

const floorRules = floors
  .flatMap((rooms, floor) => {
    const above = floors.slice(floor + 1).flat();
    return rooms.map((room) => {
      const neighbours = rooms.filter((other) => other !== room && !other.endsWith('.ts'));
      return {
        name: `floor-${floor}-${room.replace('.ts', '')}`,
        comment: `${room} stands on floor ${floor} and may not import what stands beside or above it`,
        severity: 'error',
        from: { path: pathOf(room) },
        to: { path: [...neighbours, ...above].map(pathOf) },
      };
    });
  })
  .filter((rule) => rule.to.path.length > 0);

const terminalOnlyInCli = {
  name: 'terminal-only-in-cli',
  comment: 'chalk, ora, cli-progress and yargs belong to src/cli',
  severity: 'error',
  from: { path: '^src/', pathNot: '^src/cli/' },
  to: { path: '(^|node_modules/)(chalk|ora|cli-progress|yargs)(/|$)' },
};

const engineWithoutIo = {
  name: 'engine-without-io',
  comment: 'floors 0 to 3 but for files, the analysis and the page do no I/O; node:crypto is there for its digests',
  severity: 'error',
  from: { path: '^src/(errors\\.ts|bytes|text|amf|codec|media|rtmp|flv|mp4|matroska|analysis|page)' },
  to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...floorRules,
    terminalOnlyInCli,
    engineWithoutIo,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
  },
};
