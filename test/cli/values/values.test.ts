import { describe, expect, it } from 'vitest';
import {
  duration,
  latency,
  positiveDuration,
  segmentLength,
  waitingTime,
  waitingTimeOrNone,
} from '../../../src/cli/values/duration.js';
import { listenAddress } from '../../../src/cli/values/listen-address.js';
import { metadataPair } from '../../../src/cli/values/metadata-pair.js';
import { positiveNumber, speed } from '../../../src/cli/values/number.js';
import { fileSize, size } from '../../../src/cli/values/size.js';

describe('duration', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['1h2m3s4ms', 3_723_004],
    ['90m', 5_400_000],
    ['10', 10_000],
    ['0', 0],
    ['1.5', 1_500],
    ['.5', 500],
    ['1.5h', 5_400_000],
    ['0.2s', 200],
    ['10S', 10_000],
    ['5m10ms', 300_010],
  ])('reads %s', (text, expected) => {
    expect(duration.parse(text)).toBe(expected);
  });

  it.each(['', 'abc', '10 s', '-5s', '10x', '1s1m', 's', '1,5s', 'Infinity', '1e3', '10s ', '5mm'])(
    'refuses "%s"',
    (text) => {
      expect(duration.parse(text)).toBeUndefined();
    },
  );

  it('keeps to its limits', () => {
    expect(positiveDuration.parse('0')).toBeUndefined();
    expect(positiveDuration.parse('1ms')).toBe(1);
    expect(positiveDuration.parse('2000h')).toBe(7_200_000_000);
    expect(waitingTime.parse('0s')).toBeUndefined();
    expect(waitingTime.parse('600h')).toBeUndefined();
    expect(latency.parse('350ms')).toBe(350);
    expect([latency.parse('0'), latency.parse('10s'), latency.parse('1h')]).toEqual([0, 10_000, undefined]);
    expect(waitingTimeOrNone.parse('0')).toBe(0);
    expect(waitingTimeOrNone.parse('600h')).toBeUndefined();
    expect(duration.parse('99999999999999999h')).toBeUndefined();
  });
});

describe('metadata', () => {
  it.each([
    ['title=Holiday', 'Holiday'],
    ['title=a = b, c', 'a = b, c'],
    ['title= ', ' '],
    ['title=', null],
    ['title=""', ''],
    ['title="1280"', '1280'],
    ['title=1280', 1280],
    ['title=-2.5e3', -2500],
    ['title=1e999', '1e999'],
    ['title=0x10', '0x10'],
    ['title=12 monkeys', '12 monkeys'],
    ['title=true', true],
    ['title=false', false],
    ['title=True', 'True'],
  ])('reads %s', (text, value) => {
    expect(metadataPair.parse(text)).toEqual({ name: 'title', value });
  });

  it.each(['', 'title', '=x', ' =x'])('refuses "%s"', (text) => {
    expect(metadataPair.parse(text)).toBeUndefined();
  });
});

describe('size', () => {
  it.each([
    ['10M', 10 * 1024 ** 2],
    ['1.5G', 1.5 * 1024 ** 3],
    ['500K', 500 * 1024],
    ['500k', 500 * 1024],
    ['1T', 1024 ** 4],
    ['4096', 4096],
    ['2MiB', 2 * 1024 ** 2],
    ['100B', 100],
  ])('reads %s', (text, expected) => {
    expect(size.parse(text)).toBe(expected);
  });

  it.each(['', '0', 'M', '10X', '-1M', '10 M', '1e9', '99999999T'])('refuses "%s"', (text) => {
    expect(size.parse(text)).toBeUndefined();
  });
});

describe('numbers', () => {
  it('takes whole numbers above zero', () => {
    expect(positiveNumber.parse('7')).toBe(7);
    for (const text of ['0', '-1', '1.5', '', 'x', '99999999999999999999']) {
      expect(positiveNumber.parse(text)).toBeUndefined();
    }
  });

  it('takes speeds', () => {
    expect(['1', '0', '2x', '0.5', '.25', '1000'].map(speed.parse)).toEqual([1, 0, 2, 0.5, 0.25, 1000]);
    for (const text of ['-1', 'fast', '', '0.001', '1001', '1/2', 'x']) {
      expect(speed.parse(text)).toBeUndefined();
    }
  });
});

describe('listen address', () => {
  it.each([
    ['127.0.0.1:1935', { host: '127.0.0.1', port: 1935 }],
    [':1935', { host: '', port: 1935 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:1935', { host: '::1', port: 1935 }],
    ['[::]:65535', { host: '::', port: 65_535 }],
    ['my-host.example.org:1936', { host: 'my-host.example.org', port: 1936 }],
  ])('reads %s', (text, expected) => {
    expect(listenAddress.parse(text)).toEqual(expected);
  });

  it.each([
    '',
    '1935',
    'host',
    'host:',
    '::1:1935',
    '[::1]',
    '[nonsense]:1',
    'host:65536',
    'host:-1',
    'a b:1',
    'rtmp://host:1935',
  ])('refuses "%s"', (text) => {
    expect(listenAddress.parse(text)).toBeUndefined();
  });
});

describe('what a file may be', () => {
  it('is no part of less than a second', () => {
    expect(segmentLength.parse('10m')).toBe(600_000);
    expect(segmentLength.parse('1')).toBe(1_000);
    expect(segmentLength.parse('999ms')).toBeUndefined();
  });

  it('is no file that has no room for its own index', () => {
    expect(fileSize.parse('1G')).toBe(1024 ** 3);
    expect(fileSize.parse('128K')).toBe(128 * 1024);
    expect(fileSize.parse('100K')).toBeUndefined();
    expect(fileSize.parse('x')).toBeUndefined();
  });
});
