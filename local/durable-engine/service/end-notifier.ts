// Lets callers wait for the end of an instance without asking again and again.
import type { Clock } from "../../clock.ts";
import type { InstanceStatus } from "../engine-contract.ts";

export class EndNotifier {
  readonly #clock: Clock;
  readonly #get: (instanceId: string) => InstanceStatus | undefined;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock, get: (instanceId: string) => InstanceStatus | undefined) {
    this.#clock = clock;
    this.#get = get;
  }

  /** Something has ended, replaced or removed the instance. */
  notify(instanceId: string): void {
    for (const check of this.#waiting.get(instanceId) ?? []) check();
  }

  async whenEnded(instanceId: string, timeoutMs: number): Promise<InstanceStatus | undefined> {
    const ended = () => {
      const status = this.#get(instanceId);
      return status !== undefined && isOver(status) ? status : undefined;
    };
    if (this.#get(instanceId) === undefined) return undefined;
    const now = ended();
    if (now !== undefined) return now;
    return new Promise((resolve) => {
      const checks = this.#waiting.get(instanceId) ?? new Set();
      this.#waiting.set(instanceId, checks);
      const finish = (status: InstanceStatus | undefined) => {
        timer.cancel();
        checks.delete(check);
        if (checks.size === 0) this.#waiting.delete(instanceId);
        resolve(status);
      };
      const check = () => {
        const status = ended();
        if (status !== undefined) finish(status);
      };
      const timer = this.#clock.at(this.#clock.now() + timeoutMs, () => finish(undefined));
      checks.add(check);
    });
  }
}

function isOver(status: InstanceStatus): boolean {
  return !["Pending", "Running", "Suspended"].includes(status.runtimeStatus);
}
