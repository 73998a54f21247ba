// Starting and signalling orchestrations. Instance ids are deterministic, so that starting twice is starting once.
// Events are hints: whoever is signalled reads the documents to learn what happened, so that a lost event only delays.

export type InstanceStatus = "absent" | "active" | "ended";

export interface Orchestrations {
  /** Starts the instance; one that is active is left alone, one that has ended runs again under its id. */
  start(name: string, instanceId: string, input: object): Promise<"started" | "active">;
  /** Delivers an event to an active instance; one that ended or never was hears nothing. */
  raise(instanceId: string, event: string, data: object): Promise<void>;
  /** Forgets instances that were created before and have ended. @returns how many. */
  purge(createdBefore: Date): Promise<number>;
  /** The status, what the instance last noted about itself for others to read, and when it last did anything. */
  noted(instanceId: string): Promise<InstanceView>;
  /** Ends an active instance wherever it is; one that is not active stays as it is. */
  terminate(instanceId: string, reason: string): Promise<void>;
}

export interface InstanceView {
  readonly status: InstanceStatus;
  readonly note: unknown;
  /** Epoch milliseconds; absent where there is no instance. */
  readonly movedMs?: number | undefined;
}
