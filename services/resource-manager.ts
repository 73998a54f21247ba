// Azure Resource Manager beyond Batch AI, for clients that send everything to one address. Requests are passed on in the
// caller's own name: what the caller may do there is not ours to decide, and the app's identity is never lent.
export interface PassedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** `https://host:port` by which the client reached this service. */
  readonly origin: string;
  readonly authorization: string;
  /** Headers that mean the same on the other side, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent for a method without one. */
  readonly body?: Uint8Array;
}

export interface PassedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ResourceManager {
  /** Throws AppError ServiceUnavailable when nobody answers there. */
  pass(request: PassedRequest): Promise<PassedAnswer>;
}
