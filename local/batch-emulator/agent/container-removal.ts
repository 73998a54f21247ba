// Ends and removes containers by name. An engine may still be at work on what it was asked before, so that "it is gone"
// is believed only when the engine no longer lists it.
import { delay, systemClock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { instanceLabel } from "./container-command.ts";
import { lastLine } from "./container-engine.ts";
import type { ContainerEngine } from "./container-engine.ts";

export interface ContainerRemoval {
  nameOf(launchId: string): string;
  /** Kills what runs; nothing happens when there is no such container. */
  stop(launchId: string): Promise<void>;
  /** Resolves when no container of the launch exists; logs when that cannot be reached. */
  remove(launchId: string): Promise<void>;
  /** Removes every container of this instance whose launch is not wanted. */
  sweep(isWanted: (launchId: string) => boolean): Promise<void>;
}

const tries = 5;
const firstPauseMs = 100;

export function containerRemoval(o: {
  readonly engine: ContainerEngine;
  /** Of this emulator's folder: two emulators never touch each other's containers. */
  readonly instance: string;
  readonly logger: Logger;
}): ContainerRemoval {
  const prefix = `batchai-${o.instance}-`;
  const nameOf = (id: string) => `${prefix}${id}`;
  const list = async (filter: string) => {
    const listed = await o.engine.call(["ps", "-a", "--filter", filter, "--format", "{{.Names}}"]);
    return listed.exitCode === 0
      ? listed.stdout.split("\n").filter((name) => name.startsWith(prefix))
      : undefined;
  };
  // `rm -f` alone would give the process ten seconds to end by itself.
  const stop = async (id: string) => void (await o.engine.call(["kill", nameOf(id)]));
  const remove = async (id: string) => {
    const name = nameOf(id);
    let [pauseMs, reason] = [firstPauseMs, ""];
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      const removed = await o.engine.call(["rm", "-f", name]);
      const left = await list(`label=${instanceLabel}=${o.instance}`);
      if (left !== undefined && !left.includes(name)) return;
      reason = lastLine(removed.stderr);
      await o.engine.call(["kill", name]);
      await delay(systemClock(), pauseMs);
      pauseMs *= 2;
    }
    o.logger.error("container.survivedRemoval", { name, reason });
  };
  return {
    nameOf,
    stop,
    remove,
    async sweep(isWanted) {
      const names = (await list(`label=${instanceLabel}=${o.instance}`)) ?? [];
      await Promise.all(
        names.map(async (name) => {
          const id = name.slice(prefix.length);
          if (isWanted(id)) return;
          await stop(id);
          await remove(id);
        }),
      );
    },
  };
}
