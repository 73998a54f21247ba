// One-time codes that sign a browser in: a link with one is shown where only its owner looks, and the code is exchanged once for a token.
export interface SignInCodes {
  /** A code that stands for the holder of this token, for a short time. */
  issue(token: string): Promise<string>;
  /** The token that the code stands for; undefined when it was used, has expired or never was. */
  redeem(code: string): Promise<string | undefined>;
}
