// Ends and removes containers by name. An engine may still be at work on what it was asked before, so that "it is gone"
// is believed only when the engine no longer lists it.
import { delay, systemClock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { folderLabel, instanceLabel } from "./container-command.ts";
import { lastLine } from "./container-engine.ts";
import type { ContainerEngine } from "./container-engine.ts";

export interface ContainerRemoval {
  nameOf(launchId: string): string;
  /** Kills what runs; nothing happens when there is no such container. */
  stop(launchId: string): Promise<void>;
  /** Resolves when no container of the launch exists; logs when that cannot be reached. */
  remove(launchId: string): Promise<void>;
  /** Removes every container of this instance whose launch is not wanted; false when the engine could not list them. */
  sweep(isWanted: (launchId: string) => boolean): Promise<boolean>;
  /** Removes what was started for a folder that was at this place before, and of which nothing else is left. */
  sweepEarlierFolders(): Promise<void>;
}

const tries = 5;
const firstPauseMs = 100;

interface Options {
  readonly engine: ContainerEngine;
  /** Of this emulator's folder: two emulators never touch each other's containers. */
  readonly instance: string;
  /** Of the folder's place. */
  readonly folder: string;
  readonly logger: Logger;
}

/** Names of the containers that are meant; undefined when the engine did not answer. */
type Listing = () => Promise<readonly string[] | undefined>;

export function containerRemoval(o: Options): ContainerRemoval {
  const prefix = `batchai-${o.instance}-`;
  const nameOf = (id: string) => `${prefix}${id}`;
  const own: Listing = async () =>
    (await named(o, `${instanceLabel}=${o.instance}`))?.filter((name) => name.startsWith(prefix));
  const ofEarlierFolders: Listing = async () =>
    (await named(o, `${folderLabel}=${o.folder}`))?.filter((name) => !name.startsWith(prefix));
  return {
    nameOf,
    stop: (id) => kill(o, nameOf(id)),
    remove: (id) => removeNamed(o, nameOf(id), own),
    async sweepEarlierFolders() {
      const names = (await ofEarlierFolders()) ?? [];
      if (names.length > 0) o.logger.warn("container.folderGone", { removed: names.length });
      await Promise.all(names.map((name) => endNamed(o, name, ofEarlierFolders)));
    },
    async sweep(isWanted) {
      const names = await own();
      const unwanted = (names ?? []).filter((name) => !isWanted(name.slice(prefix.length)));
      await Promise.all(unwanted.map((name) => endNamed(o, name, own)));
      return names !== undefined;
    },
  };
}

async function named({ engine }: Options, label: string): Promise<readonly string[] | undefined> {
  const listed = await engine.call(["ps", "-a", "--filter", `label=${label}`, "--format", "{{.Names}}"]);
  return listed.exitCode === 0
    ? listed.stdout.split("\n").filter((name) => name.startsWith("batchai-"))
    : undefined;
}

/** `rm -f` alone would give the process ten seconds to end by itself. */
const kill = async ({ engine }: Options, name: string) => void (await engine.call(["kill", name]));

async function endNamed(o: Options, name: string, list: Listing): Promise<void> {
  await kill(o, name);
  await removeNamed(o, name, list);
}

async function removeNamed(o: Options, name: string, list: Listing): Promise<void> {
  let [pauseMs, reason] = [firstPauseMs, ""];
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const removed = await o.engine.call(["rm", "-f", name]);
    const left = await list();
    if (left !== undefined && !left.includes(name)) return;
    reason = lastLine(removed.stderr);
    await kill(o, name);
    await delay(systemClock(), pauseMs);
    pauseMs *= 2;
  }
  o.logger.error("container.survivedRemoval", { name, reason });
}
