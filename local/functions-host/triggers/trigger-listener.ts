// What every polling or waiting trigger looks like to the host.
export interface TriggerListener {
  /** Resolves when the trigger is set; what it finds afterwards runs on its own. */
  start(): Promise<void>;
  /** Takes no more work; resolves when what it runs has ended. */
  stop(): Promise<void>;
  /** Whether something found by this trigger is being worked on. */
  busy(): boolean;
}
