import { UsageError } from '../errors.js';
import type { TlsOptions } from '../net/tls-options.js';
import { readTextFile } from './options/text-file.js';

export interface TlsSettings {
  readonly 'tls-ca': string | undefined;
  readonly 'tls-cert': string | undefined;
  readonly 'tls-key': string | undefined;
  readonly 'tls-insecure': boolean;
}

/** Reads the PEM files that the `--tls-…` options name. @throws {UsageError} */
export async function readTlsOptions(settings: TlsSettings): Promise<TlsOptions> {
  const certificateFile = settings['tls-cert'];
  const keyFile = settings['tls-key'];
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    throw new UsageError('ERR_USAGE', '--tls-cert and --tls-key belong together: a certificate and its private key');
  }
  const ca = await readPem('--tls-ca', settings['tls-ca'], 'CERTIFICATE');
  const certificate = await readPem('--tls-cert', certificateFile, 'CERTIFICATE');
  const key = await readPem('--tls-key', keyFile, 'PRIVATE KEY');
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(settings['tls-insecure'] ? { insecure: true } : {}),
  };
}

async function readPem(option: string, path: string | undefined, kind: string): Promise<string | undefined> {
  if (path === undefined) {
    return undefined;
  }
  const text = await readTextFile(path, `file for ${option}`);
  if (!new RegExp(`^-----BEGIN [A-Z ]*${kind}-----`, 'm').test(text)) {
    throw new UsageError('ERR_USAGE', `${option}: expected a PEM file with a ${kind}, ${path} has none`);
  }
  return text;
}
