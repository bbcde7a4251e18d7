import type { PlainValue, ProbeReport } from '../report.js';

/** How texts of our own, and texts that others wrote, are covered. */
export interface Cover {
  readonly own: (text: string) => string;
  readonly foreign: (text: string) => string;
}

/** A report as it may be shown. What is measured, and the names that scripts compare, stay as they are. */
export function coveredReport(report: ProbeReport, { own, foreign }: Cover): ProbeReport {
  const { url, server, stages, data, metadata, warnings, expectations, conformance } = report;
  return {
    ...report,
    url: url === null ? null : own(url),
    server: server === null ? null : coveredServer(server, foreign),
    stages: stages.map((stage) => ({ ...stage, words: stage.words === null ? null : foreign(stage.words) })),
    data: { ...data, names: data.names.map(foreign) },
    metadata: coveredMembers(metadata, foreign),
    warnings: warnings.map((warning) => ({ ...warning, message: own(warning.message) })),
    conformance:
      conformance === null
        ? null
        : { ...conformance, checks: conformance.checks.map((check) => ({ ...check, seen: foreign(check.seen) })) },
    expectations: expectations.map((one) => ({ ...one, actual: coveredValue(one.actual, foreign) })),
  };
}

function coveredServer(
  server: NonNullable<ProbeReport['server']>,
  foreign: Cover['foreign'],
): NonNullable<ProbeReport['server']> {
  const { fmsVer, softwareVersion, fourCcs, properties } = server;
  return {
    ...server,
    fmsVer: fmsVer === null ? null : foreign(fmsVer),
    softwareVersion: softwareVersion === null ? null : foreign(softwareVersion),
    fourCcs: fourCcs === null ? null : fourCcs.map(foreign),
    properties: coveredMembers(properties, foreign),
  };
}

function coveredMembers(
  members: Readonly<Record<string, PlainValue>>,
  cover: (text: string) => string,
): Record<string, PlainValue> {
  const covered = Object.entries(members).map(([name, value]) => [cover(name), coveredValue(value, cover)]);
  return Object.fromEntries(covered);
}

function coveredValue(value: PlainValue, cover: (text: string) => string): PlainValue {
  if (typeof value === 'string') return cover(value);
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map((item) => coveredValue(item, cover)) : coveredMembers(value, cover);
}

function isList(value: object): value is readonly PlainValue[] {
  return Array.isArray(value);
}
