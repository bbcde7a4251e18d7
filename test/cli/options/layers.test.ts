import { describe, expect, it } from 'vitest';
import { environmentLayer, fileLayer, type LayerContent, resolve } from '../../../src/cli/options/layers.js';
import { count, list, optionalValue, secret, toggle, value } from '../../../src/cli/options/option.js';
import { duration } from '../../../src/cli/values/duration.js';
import { listenAddress } from '../../../src/cli/values/listen-address.js';
import { positiveNumber } from '../../../src/cli/values/number.js';
import { someText } from '../../../src/cli/values/value-parser.js';
import { closest } from '../../../src/text/closest.js';

const OPTIONS = {
  'max-queue': value(duration, 3_000),
  loop: optionalValue(positiveNumber, Number.POSITIVE_INFINITY, 1),
  listen: list(listenAddress, [{ host: '127.0.0.1', port: 1935 }]),
  drop: toggle(true),
  color: toggle(undefined),
  verbose: count(),
  key: secret(someText('a stream key')),
};

const NONE: LayerContent = new Map();

function commandLine(raw: Record<string, string | boolean | number | string[]>): LayerContent {
  return new Map(Object.entries(raw).map(([name, one]) => [name, { raw: one, label: `--${name}`, isNegated: false }]));
}

function settle(line: LayerContent, environment: Record<string, string>, file: object = {}) {
  return resolve(OPTIONS, {
    'command line': line,
    environment: environmentLayer(OPTIONS, environment),
    file: fileLayer(OPTIONS, file, 'my.json'),
  });
}

describe('layers of options', () => {
  it('has fallbacks', () => {
    expect(settle(NONE, {}).settings).toEqual({
      'max-queue': 3_000,
      loop: 1,
      listen: [{ host: '127.0.0.1', port: 1935 }],
      drop: true,
      color: undefined,
      verbose: 0,
      key: undefined,
    });
  });

  it('takes the command line before the environment before the file', () => {
    const line = commandLine({ 'max-queue': '1s' });
    const environment = { RTMPKIT_MAX_QUEUE: '2s' };
    const file = { 'max-queue': '5s' };
    expect(settle(line, environment, file).settings['max-queue']).toBe(1_000);
    expect(settle(NONE, environment, file).settings['max-queue']).toBe(2_000);
    expect(settle(NONE, {}, file).settings['max-queue']).toBe(5_000);
    expect(settle(NONE, environment, file).layerOf('max-queue')).toBe('environment');
    expect(settle(NONE, {}, {}).layerOf('max-queue')).toBeUndefined();
  });

  it('reads switches by either name', () => {
    expect(settle(NONE, { RTMPKIT_NO_DROP: '1' }).settings.drop).toBe(false);
    expect(settle(NONE, { RTMPKIT_DROP: 'off' }).settings.drop).toBe(false);
    expect(settle(NONE, { RTMPKIT_DROP: 'yes' }).settings.drop).toBe(true);
    expect(settle(NONE, {}, { 'no-drop': true }).settings.drop).toBe(false);
    expect(settle(NONE, {}, { drop: false }).settings.drop).toBe(false);
    expect(settle(NONE, {}, { 'no-color': true }).settings.color).toBe(false);
  });

  it('reads counts, lists, numbers and optional values', () => {
    expect(settle(NONE, { RTMPKIT_VERBOSE: '2' }).settings.verbose).toBe(2);
    expect(settle(NONE, { RTMPKIT_VERBOSE: 'true' }).settings.verbose).toBe(1);
    expect(settle(NONE, {}, { verbose: true }).settings.verbose).toBe(1);
    expect(settle(NONE, { RTMPKIT_LISTEN: ':1, :2' }).settings.listen).toEqual([
      { host: '', port: 1 },
      { host: '', port: 2 },
    ]);
    expect(settle(NONE, {}, { listen: [':1', '[::1]:2'] }).settings.listen).toHaveLength(2);
    expect(settle(NONE, {}, { 'max-queue': 1.5 }).settings['max-queue']).toBe(1_500);
    expect(settle(NONE, {}, { loop: true }).settings.loop).toBe(Number.POSITIVE_INFINITY);
    expect(settle(NONE, { RTMPKIT_LOOP: '3' }).settings.loop).toBe(3);
  });

  it('takes an empty variable for none', () => {
    expect(settle(NONE, { RTMPKIT_MAX_QUEUE: '', RTMPKIT_DROP: '' }).settings).toMatchObject({
      'max-queue': 3_000,
      drop: true,
    });
  });

  it('says where a bad value stands, what was expected and what came', () => {
    const expectation = 'expected a duration such as 500ms, 10s, 1m30s, 2h or plain seconds, got';
    expect(() => settle(commandLine({ 'max-queue': 'soon' }), {})).toThrow(`--max-queue: ${expectation} "soon"`);
    expect(() => settle(NONE, { RTMPKIT_MAX_QUEUE: 'soon' })).toThrow(`RTMPKIT_MAX_QUEUE: ${expectation} "soon"`);
    expect(() => settle(NONE, {}, { 'max-queue': true })).toThrow(`"max-queue" in my.json: ${expectation} true`);
    expect(() => settle(NONE, { RTMPKIT_LISTEN: ':1,x' })).toThrow('RTMPKIT_LISTEN: expected an address');
    expect(() => settle(NONE, {}, { loop: false })).toThrow('"loop" in my.json');
  });

  it('does not repeat a secret', () => {
    expect(() => settle(NONE, {}, { key: ['hush'] })).toThrow(
      '"key" in my.json: expected a stream key, got something else',
    );
  });

  it('refuses files with anything but options', () => {
    expect(() => settle(NONE, {}, { maxQueue: '1s' })).toThrow(
      expect.objectContaining({ message: 'my.json: unknown option "maxQueue"', advice: 'did you mean "max-queue"?' }),
    );
    expect(() => settle(NONE, {}, { __proto__: null, constructor: 1 })).toThrow('unknown option "constructor"');
    expect(() => settle(NONE, {}, { drop: null })).toThrow('my.json: "drop" is neither text nor number');
    expect(() => settle(NONE, {}, { listen: [{}] })).toThrow('my.json: "listen" is neither');
    expect(() => fileLayer(OPTIONS, [], 'my.json')).toThrow('my.json: expected an object');
    expect(() => fileLayer(OPTIONS, null, 'my.json')).toThrow('my.json: expected an object');
  });
});

describe('closest', () => {
  it('finds what a misspelt word means', () => {
    const names = ['speed', 'start', 'max-queue', 'stall-timeout', 'timeout'];
    expect(closest('sped', names)).toBe('speed');
    expect(closest('maxqueue', names)).toBe('max-queue');
    expect(closest('Timeout', names)).toBe('timeout');
    expect(closest('zzz', names)).toBeUndefined();
    expect(closest('x', names)).toBeUndefined();
  });
});
