import { describe, expect, it } from 'vitest';
import { EMPTY_REPORT, UNKNOWN_SERVER } from '../../src/analysis/empty-report.js';
import { checkExpectation, parseExpectation } from '../../src/analysis/expectation.js';
import { UsageError } from '../../src/errors.js';
import type { ProbeReport } from '../../src/report.js';
import { analysed, healthyStream } from './streams.js';

const { durationMs: _, ...media } = analysed(healthyStream());
const REPORT: ProbeReport = {
  ...EMPTY_REPORT,
  ...media,
  ok: true,
  server: { ...UNKNOWN_SERVER, software: 'nginx-rtmp', capsEx: ['reconnect', 'multitrack'], properties: { mode: 1 } },
  timings: { ...EMPTY_REPORT.timings, firstKeyframeMs: 812.4 },
  metadata: { encoder: 'Lavf59', width: 64, nested: { deep: 'x' } },
  warnings: [{ code: 'WARN_LONG_GOP', message: 'm', advice: 'a' }],
};

const check = (expression: string) => checkExpectation(parseExpectation(expression), REPORT);

describe('an expectation', () => {
  it.each([
    'ok==true',
    'video.codec==h264',
    'video.codec == "h264"',
    'video.codec!=hevc',
    'video.fps>=25',
    'video.fps<=25',
    'video.fps==25.000',
    'video.level>=1.0',
    'video.level<3.1',
    'video.bFrames==false',
    "video.profile=='Constrained Baseline'",
    'gop.maxMs<=2500',
    'timings.firstKeyframeMs<3000',
    'timings.dnsMs==null',
    'audio.sampleRate==44100',
    'streams[1].codec==aac',
    'streams.1.codec==aac',
    'streams.length==2',
    'streams.codec==aac',
    'warnings.length<2',
    'warnings.code==WARN_LONG_GOP',
    'warnings.code!=WARN_STALL',
    'server.software==nginx-rtmp',
    'server.capsEx==multitrack',
    'server.properties.mode==1',
    'server.tls.version==null',
    'metadata.encoder==Lavf59',
    'metadata.nested.deep==x',
    'metadata.nothing==null',
    'file==null',
    'audio!=null',
  ])('%s is met', (expression) => {
    expect(check(expression)).toMatchObject({ expression, met: true });
  });

  it.each([
    ['video.fps>=30', 25],
    ['video.fps>25', 25],
    ['video.codec==H264', 'h264'],
    ['timings.dnsMs<100', null],
    ['timings.dnsMs>0', null],
    ['file.sizeBytes>1', null],
    ['video.profile>=3', 'Constrained Baseline'],
    ['streams[7].codec==aac', null],
    ['warnings.code!=WARN_LONG_GOP', ['WARN_LONG_GOP']],
    ['metadata.encoder.length>1', null],
  ])('%s is not met, and the value is told', (expression, actual) => {
    expect(check(expression)).toEqual({ expression, met: false, actual });
  });
});

describe('an expectation that cannot be understood', () => {
  it.each([
    ['', /is not NAME OPERATOR VALUE/, /video\.fps>=25/],
    ['video.fps', /is not NAME OPERATOR VALUE/, /operators are/],
    ['video.fps=25', /is not NAME OPERATOR VALUE/, /operators are/],
    ['video.fps=>25', /is not NAME OPERATOR VALUE/, /operators are/],
    ['video.fps>=', /is not NAME OPERATOR VALUE/, /operators are/],
    ['video.fps>=fast', /needs a number behind it, not "fast"/, /compared with == and !=/],
    ['gop.maxMs<=2.5s', /needs a number behind it, not "2.5s"/, /no units/],
    ['video.fsp>=25', /no "video.fsp"/, /did you mean video.fps\?/],
    ['vidoe.fps>=25', /no "vidoe"/, /did you mean video\?/],
    ['gop.max<2500', /no "gop.max"/, /did you mean gop.maxMs\?/],
    ['timings.keyframe<1', /no "timings.keyframe"/, /there is timings.dnsMs, /],
    ['jitterMs.x==1', /no "jitterMs.x"/, /no names below/],
    ['warnings.cod==x', /no "warnings.cod"/, /did you mean warnings.code\?/],
    ['__proto__.x==1', /no "__proto__"|is not NAME/, /./],
    ['video.constructor==1', /no "video.constructor"/, /./],
  ])('%j', (expression, message, advice) => {
    let thrown: unknown;
    try {
      parseExpectation(expression);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect(thrown).toMatchObject({ message: expect.stringMatching(message), advice: expect.stringMatching(advice) });
  });
});
