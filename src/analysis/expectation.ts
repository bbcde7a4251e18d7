import { UsageError } from '../errors.js';
import type { ExpectationReport, PlainValue, ProbeReport } from '../report.js';
import { parseReportPath, type ReportPath, valueAt } from './report-path.js';

type Operator = '==' | '!=' | '>=' | '<=' | '>' | '<';

/** One thing that has to be so of a report. */
export interface Expectation {
  readonly expression: string;
  readonly path: ReportPath;
  readonly operator: Operator;
  /** As it was written; what it means depends on what it is compared with. */
  readonly operand: string;
}

const PATTERN = /^([A-Za-z][\w.[\]$-]*?)\s*(==|!=|>=|<=|>|<)\s*([^=<>!\s].*)$/s;
const EXAMPLE = 'video.fps>=25';
/** Rates are rounded to so much. */
const EQUAL = 0.0005;

/**
 * Reads `PATH OPERATOR VALUE`: a path into the report (`video.` and `audio.` mean the first stream of the kind), one of
 * `== != >= <= > <`, and a number, a word, `true`, `false` or `null`.
 *
 * @throws {UsageError} before anything is done that could be in vain
 */
export function parseExpectation(expression: string): Expectation {
  const [, path, operator, value] = PATTERN.exec(expression.trim()) ?? [];
  if (path === undefined || operator === undefined || value === undefined) {
    throw new UsageError('ERR_USAGE', `--expect: ${JSON.stringify(expression)} is not NAME OPERATOR VALUE`, {
      stage: 'options',
      advice: `write it like "${EXAMPLE}"; operators are == != >= <= > <`,
    });
  }
  const operand = value.replace(/^(["'])(.*)\1$/s, '$2');
  if (!isEquality(operator) && numberIn(operand) === undefined) {
    throw new UsageError(
      'ERR_USAGE',
      `--expect: ${operator} needs a number behind it, not ${JSON.stringify(operand)}`,
      {
        stage: 'options',
        advice: 'numbers have no units: names end in Ms or Kbps; words are compared with == and !=',
      },
    );
  }
  return { expression, path: parseReportPath(path), operator: operator as Operator, operand };
}

/** Holds a report against what was expected of it. */
export function checkExpectation(
  { expression, path, operator, operand }: Expectation,
  report: ProbeReport,
): ExpectationReport {
  const actual = valueAt(report, path);
  return { expression, met: holds(actual, operator, operand), actual };
}

/** A list is equal to what one of its items is equal to. */
function holds(actual: PlainValue, operator: Operator, operand: string): boolean {
  switch (operator) {
    case '==':
      return equals(actual, operand);
    case '!=':
      return !equals(actual, operand);
    case '>=':
      return ordered(actual, operand, (difference) => difference >= 0);
    case '<=':
      return ordered(actual, operand, (difference) => difference <= 0);
    case '>':
      return ordered(actual, operand, (difference) => difference > 0);
    case '<':
      return ordered(actual, operand, (difference) => difference < 0);
  }
}

function equals(actual: PlainValue, operand: string): boolean {
  if (Array.isArray(actual)) return actual.some((item) => equals(item, operand));
  if (typeof actual === 'number') return Math.abs(actual - (numberIn(operand) ?? Number.NaN)) <= EQUAL;
  return String(actual) === operand;
}

/** What is not known is neither more nor less than anything. A level, such as `3.1`, is a text that counts. */
function ordered(actual: PlainValue, operand: string, isSo: (difference: number) => boolean): boolean {
  const value = typeof actual === 'number' ? actual : typeof actual === 'string' ? numberIn(actual) : undefined;
  const bound = numberIn(operand);
  return value !== undefined && bound !== undefined && isSo(value - bound);
}

function numberIn(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined;
}

function isEquality(operator: string): boolean {
  return operator === '==' || operator === '!=';
}
