// Emulated nodes that have a container engine, which is a shim: for tests of the launcher's container.
import { join } from "node:path";
import { afterEach } from "vitest";
import { fakeEngine } from "../../support/container-engines.ts";
import type { FakeEngine, FakeEngineKind } from "../../support/container-engines.ts";
import { job } from "../../unit/domain/samples.ts";
import { EmulatedNodes, shells } from "./emulated-nodes.ts";

const open: EmulatedNodes[] = [];
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

/** The shell of tests for which one is enough. */
export const sh = shells[0]?.[1] ?? ["/bin/sh"];

export async function withEngine(shell: readonly string[], count = 1, kind: FakeEngineKind = "podman") {
  const node = await EmulatedNodes.create(shell, count);
  open.push(node);
  const engine = await fakeEngine(join(node.root, "engine"), kind);
  await node.program("fake-engine", `#!/bin/sh\nexec ${engine.command} "$@"\n`);
  node.variables["BATCHAI_CONTAINER_CLI"] = "fake-engine";
  return { node, engine, afs: await node.mountEverywhere("afs") };
}

export const until = async (condition: () => boolean | Promise<boolean>) => {
  for (let tries = 0; tries < 1_500; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the condition did not come true within half a minute");
};

export const settings = (image = "train:1", more: object = {}) => ({
  containerSettings: { imageSourceRegistry: { image }, ...more },
});
export const custom = (commandLine: string, more: object = settings()) =>
  job({ customToolkitSettings: { commandLine }, ...more });

/** Words of the calls with this verb. */
export const asked = (engine: FakeEngine, verb: string) => engine.calls().filter(([first]) => first === verb);
export const runWords = (engine: FakeEngine) => (asked(engine, "run")[0] ?? []).join(" ");
