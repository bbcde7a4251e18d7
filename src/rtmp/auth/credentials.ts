/** What a person gave, with percent escapes decoded. The password never leaves the formulas of this folder. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}
