// Tokens by which the programs of a job speak for it to this service: for that job alone, as long as it may run, and no longer than
// it does. Whoever checks one also looks whether the job has ended.

export interface JobTokens {
  issue(jobGuid: string, lifetimeMs: number): string;
  /** The job that it is for; undefined for what is no such token, or an expired one. */
  verify(token: string): string | undefined;
}
