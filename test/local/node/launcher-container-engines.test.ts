// What differs between engines, and what they say when an image does not come: the launcher's container, with a shim that has the ways of
// nerdctl or of podman, with root's rights or without.
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { registryIdentityUser } from "../../../domain/job/container.ts";
import { decideOutcome } from "../../../domain/job/outcome.ts";
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

describe("a node whose disk is full", () => {
  const said = "failed to register layer: write /usr/lib/libtorch.so: no space left on device";

  it.each([
    ["podman", `Error: ${said}`],
    ["nerdctl", `time="2026-01-02T03:04:05Z" level=fatal msg="${said}"`],
  ] as const)("fails the job with the words of %s, the image and what helps", async (kind, info) => {
    const { node, engine } = await withEngine(sh, 1, kind);
    engine.offer("docker.io/team/train:9", { pullFails: said });
    expect((await node.run(custom("touch ran", settings("team/train:9")))).code).toBe(246);
    expect(engine.containers()).toEqual([]);
    expect(engine.has("docker.io/team/train:9")).toBe(false);
    const launcher = await node.result();
    const failure = { category: "UserError", code: "FailureExitCode", message: "" };
    const losses = { preemptions: 0, resizes: 0, nodeFaults: 0, userRetries: 0 };
    const outcome = decideOutcome(
      { losses, terminateRequested: false },
      {
        kind: "taskCompleted",
        task: { exitCode: 246, failure, ...(launcher === undefined ? {} : { launcher }) },
      },
    );
    expect(outcome).toMatchObject({
      kind: "failed",
      errors: [
        {
          code: "FailedStartingContainer",
          details: [
            { name: "ImageName", value: "team/train:9" },
            { name: "Info", value: info },
            {
              name: "Remedy",
              value: "The node's disk is full: use a smaller image, or a VM size with a larger disk.",
            },
          ],
        },
      ],
    });
  });
});

describe("a registry of Azure", () => {
  it("gets what the service's identity was given for it, through a pipe", async () => {
    const { node, engine } = await withEngine(sh);
    engine.offer("lab.azurecr.io/train:1", { login: "lab.azurecr.io" });
    const token = new Map([["containerSettings.registryToken", "right"]]);
    expect((await node.run(custom("true", settings("lab.azurecr.io/train:1")), token)).code).toBe(0);
    expect(asked(engine, "login")).toEqual([
      ["login", "--username", registryIdentityUser, "--password-stdin", "lab.azurecr.io"],
    ]);
    expect(engine.calls().flat()).not.toContain("right");
  });
});

describe("what a container writes", () => {
  it.each([
    ["podman", "rootless: false\n", "1234:5678"],
    ["podman", "rootless: true\n", "0:0"],
    ["nerdctl", "Security Options:\n  seccomp\n   Profile: builtin\n", "1234:5678"],
    ["nerdctl", "Security Options:\n  seccomp\n   Profile: builtin\n  rootless\n", "0:0"],
  ] as const)("with %s of %j is a user's own who is not root: it runs as %s", async (kind, info, user) => {
    const { node, engine, afs } = await withEngine(sh, 1, kind);
    engine.have("train:1");
    await writeFile(join(node.root, "engine/info"), info);
    await node.program(
      "id",
      '#!/bin/sh\ncase $* in -u) echo 1234 ;; -g) echo 5678 ;; *) exec /usr/bin/id "$@" ;; esac\n',
    );
    const document = custom('echo "$HOME"');
    expect((await node.run(document)).code).toBe(0);
    expect(runWords(engine)).toContain(`--user ${user} `);
    const home = node.path(0, "shared/LS_root/temp", document.guid, "home");
    expect(await node.log(document, afs, "stdout.txt")).toBe(`${home}\n`);
  });
});
