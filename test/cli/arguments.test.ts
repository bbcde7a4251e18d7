import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.js';
import { COMMANDS } from '../../src/cli/commands/all.js';

function parse(...argv: string[]) {
  const { options, ...rest } = parseArguments(argv, COMMANDS);
  return { ...rest, options: Object.fromEntries([...options].map(([name, { raw }]) => [name, raw])) };
}

describe('command line', () => {
  it('has a command, operands and options in any order', () => {
    const expected = { command: 'push', operands: ['a.flv', 'rtmp://h/a/b'], options: { speed: '2', json: true } };
    expect(parse('push', 'a.flv', 'rtmp://h/a/b', '--speed', '2', '--json')).toMatchObject(expected);
    expect(parse('--json', 'push', '--speed=2', 'a.flv', 'rtmp://h/a/b')).toMatchObject(expected);
    expect(parse('--speed', '2', 'push', 'a.flv', '--json', 'rtmp://h/a/b')).toMatchObject(expected);
  });

  it('takes - and what stands behind -- as operands', () => {
    expect(parse('push', '-', 'rtmp://h/a/b')).toMatchObject({ operands: ['-', 'rtmp://h/a/b'] });
    expect(parse('push', '--', '-odd.flv', '--loop')).toMatchObject({ operands: ['-odd.flv', '--loop'], options: {} });
    expect(parse('push', '007.flv', '42')).toMatchObject({ operands: ['007.flv', '42'] });
  });

  it('gives --loop the number behind it and nothing else', () => {
    expect(parse('push', '--loop', '3', 'a.flv')).toMatchObject({ operands: ['a.flv'], options: { loop: '3' } });
    expect(parse('push', '--loop=3', 'a.flv')).toMatchObject({ operands: ['a.flv'], options: { loop: '3' } });
    expect(parse('push', '--loop', 'a.flv')).toMatchObject({ operands: ['a.flv'], options: { loop: 'true' } });
    expect(parse('push', 'a.flv', '--loop')).toMatchObject({ operands: ['a.flv'], options: { loop: 'true' } });
    expect(parse('push', '--loop', '-1', 'a.flv')).toMatchObject({ operands: ['a.flv'], options: { loop: '-1' } });
  });

  it('reads switches, counts and repeated options', () => {
    expect(parse('push', 'a', '-vv', '-v').options).toEqual({ verbose: 3 });
    expect(parse('push', 'a', '-q').options).toEqual({ quiet: true });
    expect(parse('push', 'a', '--no-drop', '--no-color').options).toEqual({ drop: false, color: false });
    expect(parse('push', 'a', '--drop=no', '--json=1').options).toEqual({ drop: false, json: true });
    expect(parse('serve', '--listen', ':1', '--listen', ':2').options).toEqual({ listen: [':1', ':2'] });
    expect(parse('push', 'a', '--key', '-').options).toEqual({ key: '-' });
    expect(parse('push', 'a', '--name', 'x/y?z=1').options).toEqual({ name: 'x/y?z=1' });
  });

  it('has what was said last, but all outputs', () => {
    expect(parse('push', 'a', '--drop', '--no-drop', '--speed', '1', '--speed=2').options).toEqual({
      drop: false,
      speed: '2',
    });
    expect(parse('pull', 'a', '--pipe', 'x', '--pipe', 'y').options).toEqual({ pipe: ['x', 'y'] });
  });

  it('says how a value that begins with a dash is given', () => {
    const advice = 'a value that begins with a dash is given as --name=VALUE';
    expect(() => parse('push', 'a', '--name', '-x')).toThrow(expect.objectContaining({ advice }));
    expect(parse('push', 'a', '--name=-x').options).toEqual({ name: '-x' });
    expect(() => parse('push', 'a', '--name')).toThrow(expect.objectContaining({ advice: undefined }));
  });

  it('hears calls for help and version', () => {
    expect(parse('--help')).toMatchObject({ command: undefined, wantsHelp: true });
    expect(parse('help', 'pull')).toMatchObject({ command: 'pull', wantsHelp: true });
    expect(parse('push', '-h')).toMatchObject({ command: 'push', wantsHelp: true });
    expect(parse('push', '--version')).toMatchObject({ wantsVersion: true });
    expect(parse()).toMatchObject({ command: undefined, wantsHelp: false, wantsVersion: false });
  });

  it.each([
    [['psuh'], 'there is no command psuh', 'did you mean push?'],
    [['publish'], 'there is no command publish', undefined],
    [['push', 'a', '--sped', '1'], 'unknown option --sped', 'did you mean --speed?'],
    [['push', 'a', '-x'], 'unknown option -x', undefined],
    [['push', 'a', '--no-speed'], 'unknown option --no-speed', undefined],
    [['push', 'a', '--loop=2', '--no-loop'], 'unknown option --no-loop', undefined],
    [['push', 'a', '--constructor', '1'], 'unknown option --constructor', undefined],
    [['push', 'a', '--speed'], 'the option --speed needs a value', undefined],
    [['push', 'a', '--name', '--json'], 'the option --name needs a value', undefined],
    [['push', 'a', '--json=maybe'], '--json: expected true or false, got "maybe"', undefined],
    [['serve', '--speed', '1'], '--speed is an option of push, not of serve', undefined],
    [['serve', 'x'], 'serve takes nothing but options', undefined],
    [['probe', 'a', 'b'], 'probe takes one argument and options', undefined],
  ])('refuses %j', (argv, message, advice) => {
    expect(() => parse(...argv)).toThrow(
      expect.objectContaining({ message, code: 'ERR_USAGE', ...(advice === undefined ? {} : { advice }) }),
    );
  });

  it('does not offer what is not there yet', () => {
    expect(() => parse('serve', '--http', ':80')).toThrow(/unknown option/);
  });

  it('repeats nothing that may be a secret', () => {
    expect(() => parse('probe', 'a', 'rtmp://host/live/hush')).toThrow(/^(?!.*hush)/);
    expect(() => parse('rtmp://host/live/hush')).toThrow(/^expected a command first: push, pull, probe, relay, serve$/);
    expect(() => parse('push', 'a', '--kee=hush')).toThrow(/^unknown option --kee$/);
  });
});
