/** How the peer of a TLS connection is checked, and what we show of ourselves. All texts are PEM. */
export interface TlsOptions {
  /** Authorities to trust besides the ones that Node brings. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Accept any certificate. */
  readonly insecure?: boolean;
}
