// What a timer remembers between starts: when it ran last and runs next, in a blob below azure-webjobs-hosts/timers, as the real host
// keeps it. Rows only; what they mean is decided by the trigger.
import type { StorageClients } from "../bindings/storage-clients.ts";

export interface TimerStatus {
  /** Epoch milliseconds; undefined when it never ran. */
  readonly lastMs: number | undefined;
  readonly nextMs: number | undefined;
  readonly updatedMs: number;
}

export interface TimerStatusStore {
  read(functionName: string): Promise<TimerStatus | undefined>;
  write(functionName: string, status: TimerStatus): Promise<void>;
}

const never = "0001-01-01T00:00:00";

export function timerStatusText(status: TimerStatus): { Last: string; Next: string; LastUpdated: string } {
  const text = (ms: number | undefined) =>
    ms === undefined ? never : new Date(ms).toISOString().replace("Z", "+00:00");
  return { Last: text(status.lastMs), Next: text(status.nextMs), LastUpdated: text(status.updatedMs) };
}

export function blobTimerStatus(clients: StorageClients, hostId: string): TimerStatusStore {
  const blob = async (functionName: string) => {
    const container = (await clients.blobs(undefined)).getContainerClient("azure-webjobs-hosts");
    return {
      container,
      client: container.getBlockBlobClient(`timers/${hostId}/Host.Functions.${functionName}/status`),
    };
  };
  return {
    async read(functionName) {
      const { client } = await blob(functionName);
      try {
        return parse((await client.downloadToBuffer()).toString("utf8"));
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return undefined;
        throw error;
      }
    },
    async write(functionName, status) {
      const { container, client } = await blob(functionName);
      const bytes = Buffer.from(JSON.stringify(timerStatusText(status)));
      try {
        await client.uploadData(bytes);
      } catch (error) {
        if ((error as { code?: string }).code !== "ContainerNotFound") throw error;
        await container.createIfNotExists();
        await client.uploadData(bytes);
      }
    },
  };
}

/** A damaged status counts as none: the timer then waits for its next occurrence. */
function parse(text: string): TimerStatus | undefined {
  try {
    const fields = JSON.parse(text) as Record<string, string | undefined>;
    const ms = (name: string) =>
      fields[name] === undefined || fields[name].startsWith("0001") ? undefined : Date.parse(fields[name]);
    const updatedMs = ms("LastUpdated");
    return updatedMs === undefined ? undefined : { lastMs: ms("Last"), nextMs: ms("Next"), updatedMs };
  } catch {
    return undefined;
  }
}
