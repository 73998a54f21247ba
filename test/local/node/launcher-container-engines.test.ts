// What differs between engines, and what they say when an image does not come: the launcher's container, with a shim that has the ways of
// nerdctl or of podman, with root's rights or without.
import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { job, jobWithSecrets } from "../../unit/domain/samples.ts";
import type { FakeEngine } from "../../support/container-engines.ts";
import { shells } from "./emulated-nodes.ts";
import { asked, custom, runWords, settings, sh, withEngine } from "./nodes-with-engine.ts";

/** The verbs of the launcher's calls: the first ones are of the local cloud, which looks for an engine. */
const verbs = (engine: FakeEngine) =>
  engine
    .calls()
    .map(([verb]) => verb)
    .filter((verb) => verb !== "version" && verb !== "context");
const withNerdctl = (shell: readonly string[], count = 1) => withEngine(shell, count, "nerdctl");

describe.each(shells)("in %s, nerdctl", (_name, shell) => {
  it("runs the only process of a job in a container that removes itself", async () => {
    const { node, engine, afs } = await withNerdctl(shell);
    engine.have("train:1", { environment: { IMAGE: "of the image" } });
    const document = custom('echo "$IMAGE"; exit 3');
    expect((await node.run(document)).code).toBe(3);
    expect(await node.log(document, afs, "stdout.txt")).toBe("of the image\n");
    expect(verbs(engine)).toEqual(["run"]);
    expect(runWords(engine)).toMatch(/^run -i --rm --pull=never /);
    expect(engine.containers()).toEqual([]);
  });

  it("runs preparation and program in one in the background, which the launcher removes", async () => {
    const { node, engine, afs } = await withNerdctl(shell);
    engine.have("train:1");
    const document = custom("cat prepared", {
      ...settings(),
      jobPreparation: { commandLine: 'printf "%s" "$IMAGE" > prepared' },
    });
    expect((await node.run(document)).code).toBe(0);
    expect(await node.log(document, afs, "stdout.txt")).toBe("of the image");
    expect(runWords(engine)).toMatch(/^run -d --pull=never /);
    expect(verbs(engine).at(-1)).toBe("rm");
    expect(engine.containers()).toEqual([]);
  });

  it("is asked for an image that is not there, of which it says nothing, by a login of its own", async () => {
    const { node, engine } = await withNerdctl(shell);
    engine.offer("registry.example.com/train:2", { login: "registry.example.com" });
    const { document, secrets } = jobWithSecrets({
      customToolkitSettings: { commandLine: "true" },
      containerSettings: {
        imageSourceRegistry: {
          serverUrl: "registry.example.com",
          image: "train:2",
          credentials: { username: "ada", password: "right" },
        },
      },
    });
    expect((await node.run(document, secrets)).code).toBe(0);
    expect(verbs(engine)).toEqual(["run", "image", "login", "pull", "run"]);
    expect(asked(engine, "pull")).toEqual([["pull", "-q", "registry.example.com/train:2"]]);
    expect(engine.calls().flat()).not.toContain("right");
    expect(await readdir(node.path(0, "machine/run/batchai"))).toEqual([]);
  });
});

describe("nerdctl", () => {
  it("has a container on each of two nodes, and none at the end", async () => {
    const { node, engine } = await withNerdctl(sh, 2);
    engine.have("train:1");
    const document = job({
      ...settings(),
      nodeCount: 2,
      customToolkitSettings: undefined,
      pyTorchSettings: {
        pythonScriptFilePath: "-c",
        pythonInterpreterPath: "/bin/sh",
        commandLineArgs: "true",
        communicationBackend: "gloo",
        processCount: 2,
      },
    });
    expect((await node.run(document)).code).toBe(0);
    expect(asked(engine, "run").map((words) => words.includes("--rm"))).toEqual([false, false]);
    expect(engine.containers()).toEqual([]);
  });

  it("is asked for GPUs as docker is", async () => {
    const { node, engine } = await withNerdctl(sh);
    engine.have("train:1");
    node.variables["BATCHAI_NODE_GPUS"] = "GPU-2,GPU-3";
    expect((await node.run(custom("true"))).code).toBe(0);
    expect(runWords(engine)).toContain('--gpus "device=GPU-2,GPU-3"');
  });

  it("that warns of an option does not hide why a container ended", async () => {
    const { node, engine } = await withNerdctl(sh);
    engine.have("train:1", { ends: true });
    expect((await node.run(custom("true"))).code).toBe(246);
    expect((await node.result())?.detail).toBe("the container ended at once");
    expect(engine.containers()).toEqual([]);
  });
});
