// Time and randomness as the app sees them: inputs, handed in by the composition root, so that a test can own both.
// Orchestrations never use these; their time is the orchestration's own.

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
}

export interface Random {
  /** A version 4 UUID, lower case. */
  uuid(): string;
  /** Cryptographically strong bytes. */
  bytes(length: number): Uint8Array;
}

/** `now` as the API writes it: ISO 8601 with milliseconds and `Z`. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
