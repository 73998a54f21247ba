// The launcher's container, with a shim for the engine: what the engine is asked, what processes in the container have, and
// that no container is left behind, however the run ends.
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { job, jobWithSecrets } from "../../unit/domain/samples.ts";
import { shells } from "./emulated-nodes.ts";
import { asked, custom, runWords, settings, sh, until, withEngine } from "./nodes-with-engine.ts";

describe.each(shells)("in %s, the container of a job", (_name, shell) => {
  it("has preparation and program in it, with the job's variables and the image's own", async () => {
    const { node, engine, afs } = await withEngine(shell);
    engine.have("train:1");
    const value = 'it\'s "quoted" $HOME `id`\nsecond line äö \\n';
    const { document, secrets } = jobWithSecrets({
      ...settings(),
      customToolkitSettings: {
        commandLine:
          'printf "%s|" "$TEXT" "$TOKEN" "$IMAGE" "$NODE" "${BATCHAI_CONTAINER_CLI-none}"; pwd; cat prepared; echo err >&2; exit 7',
      },
      environmentVariables: [
        { name: "TEXT", value },
        { name: "IFS", value: "/" },
        { name: "NODE", value: "on ${AZ_BATCH_NODE_ID}" },
      ],
      secrets: [{ name: "TOKEN", value: "s3cret-in-a-container" }],
      jobPreparation: { commandLine: 'printf "%s" "$IMAGE" > prepared' },
    });
    expect((await node.run(document, secrets)).code).toBe(7);
    const temp = node.path(0, "shared/LS_root/temp", document.guid);
    expect(await node.log(document, afs, "stdout.txt")).toBe(
      `${value}|s3cret-in-a-container|of the image|on tvm-0|none|${temp}\nof the image`,
    );
    expect(await node.log(document, afs, "stderr.txt")).toBe("err\n");
    expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: 7 });
    expect(engine.containers()).toEqual([]);
    expect(engine.calls().flat().join(" ")).not.toContain("s3cret");
  });

  it("is that of its only process, for one call of the engine", async () => {
    const { node, engine, afs } = await withEngine(shell);
    engine.have("train:1", { environment: { IMAGE: "of the image" } });
    for (const [at, code] of [0, 7, 127, 143].entries()) {
      const { document, secrets } = jobWithSecrets({
        ...settings(),
        customToolkitSettings: {
          commandLine: `printf "%s|" "$TOKEN" "$IMAGE" "$AZ_BATCHAI_ATTEMPT"; pwd; cat; echo err >&2; sleep 1000 & exit ${code}`,
        },
        secrets: [{ name: "TOKEN", value: "s3cret-in-a-container" }],
      });
      const run = { ...document, attempt: at + 1 };
      expect((await node.run(run, secrets)).code).toBe(code);
      const temp = node.path(0, "shared/LS_root/temp", document.guid);
      expect((await node.log(run, afs, "stdout.txt")).split("\n").at(-2)).toBe(
        `s3cret-in-a-container|of the image|${at + 1}|${temp}`,
      );
      expect(await node.log(run, afs, "stderr.txt")).toMatch(/^(err\n)+$/);
      expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: code });
      expect(engine.containers()).toEqual([]);
    }
    expect(
      engine
        .calls()
        .slice(1)
        .map(([verb]) => verb),
    ).toEqual(["run", "run", "run", "run"]);
    expect(engine.calls().flat().join(" ")).not.toContain("s3cret");
  });

  it("sees the node's folders, its mounts and the job's directories at their own paths", async () => {
    const { node, engine, afs } = await withEngine(shell);
    engine.have("train:1");
    const elsewhere = join(node.root, "else where");
    const document = custom("true", {
      ...settings("train:1", { shmSize: "1G" }),
      outputDirectories: [{ id: "MODEL", pathPrefix: elsewhere }],
      inputDirectories: [{ id: "NOWHERE", path: "/none/such" }],
    });
    expect((await node.run(document)).code).toBe(0);
    const words = asked(engine, "run")[0] ?? [];
    const mounted = words.filter((_word, index) => words[index - 1] === "--mount");
    const bind = (path: string, at = path) => `type=bind,source=${path},target=${at}`;
    expect(mounted).toEqual([
      bind(node.path(0)),
      bind(afs),
      expect.stringMatching(
        /^type=bind,source=.*\/else where\/.*\/outputs,target=.*\/else where\/.*\/outputs$/,
      ),
      bind(node.path(0), "/mnt/batch/tasks"),
    ]);
    expect(words.join(" ")).toContain("--network host --user 0:0");
    expect(words.join(" ")).toContain("--shm-size 1G");
    expect(words.join(" ")).toContain(`--label batchai.node=${node.path(0)}`);
    expect(words.join(" ")).not.toMatch(/--gpus|--device/);
  });

  it("is removed when its processes are ended by a signal, which they get first", async () => {
    const { node, engine, afs } = await withEngine(shell);
    engine.have("train:1");
    const document = custom("trap 'echo ending; exit 3' TERM; echo begun; while :; do sleep 0.1; done");
    await node.stage(document);
    const { child, ended } = node.start("run");
    await until(async () => (await node.log(document, afs, "stdout.txt").catch(() => "")) === "begun\n");
    child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
    expect(await node.log(document, afs, "stdout.txt")).toBe("begun\nending\n");
    expect(engine.containers()).toEqual([]);
  });

  it("says what the engine said, of which image, when there is none such", async () => {
    const { node, engine, afs } = await withEngine(shell);
    const document = custom("touch ran", settings("team/train:9"));
    expect((await node.run(document)).code).toBe(246);
    expect(await node.result()).toMatchObject({
      outcome: "container-failed",
      image: "team/train:9",
      detail: "Error: docker.io/team/train:9: manifest unknown",
    });
    expect(
      engine
        .calls()
        .slice(1)
        .map(([verb]) => verb),
    ).toEqual(["run", "image", "image", "pull", "rm"]);
    expect(engine.containers()).toEqual([]);
    expect(await node.log(document, afs, "execution.log")).toMatch(/pulling docker\.io\/team\/train:9/);
  });
});

const registry = (password: string) =>
  jobWithSecrets({
    customToolkitSettings: { commandLine: "true" },
    containerSettings: {
      imageSourceRegistry: {
        serverUrl: "https://Registry.example.com/",
        image: "train:2",
        credentials: { username: "ada", password },
      },
    },
  });

describe("a registry that wants a login", () => {
  it("gets the password through a pipe, and nothing of it stays on the node", async () => {
    const { node, engine } = await withEngine(sh);
    engine.offer("registry.example.com/train:2", { login: "registry.example.com" });
    engine.have("train:2"); // of another registry
    const { document, secrets } = registry("right");
    expect((await node.run(document, secrets)).code).toBe(0);
    expect(asked(engine, "login")).toEqual([
      ["login", "--username", "ada", "--password-stdin", "registry.example.com"],
    ]);
    expect(engine.calls().flat()).not.toContain("right");
    expect(await readdir(node.path(0, "machine/run/batchai"))).toEqual([]);
  });

  it("that refuses it fails the run with the registry's words", async () => {
    const { node } = await withEngine(sh);
    const { document, secrets } = registry("wrong-password");
    expect((await node.run(document, secrets)).code).toBe(246);
    const result = await node.result();
    expect(result).toMatchObject({ outcome: "container-failed", image: "train:2" });
    expect(result?.detail).toMatch(/unauthorized/);
    expect(result?.detail).not.toContain("wrong-password");
    expect(await readdir(node.path(0, "machine/run/batchai"))).toEqual([]);
  });
});

describe("a registry of Azure", () => {
  it("is asked without a login where the service's identity has none for it", async () => {
    const { node, engine } = await withEngine(sh);
    engine.offer("lab.azurecr.io/train:1");
    const document = custom("true", settings("lab.azurecr.io/train:1"));
    expect((await node.run(document, new Map([["containerSettings.registryToken", ""]]))).code).toBe(0);
    expect(asked(engine, "login")).toEqual([]);
  });
});

describe("a container that does not start", () => {
  it.each([
    ["what the engine refuses", { fails: "no space left on device" }, /no space left on device/],
    ["what ends at once", { ends: true }, /the container ended at once$/],
    [
      "what is for another processor",
      { ends: true, architecture: "s390x" },
      /the image is for s390x, this node is \w+$/,
    ],
  ])("because of %s is told, and not left", async (_what, image, detail) => {
    const { node, engine } = await withEngine(sh);
    engine.have("train:1", image);
    expect((await node.run(custom("true"))).code).toBe(246);
    expect((await node.result())?.detail).toMatch(detail);
    expect(engine.containers()).toEqual([]);
  });

  it("for want of an engine says what to install", async () => {
    const { node } = await withEngine(sh);
    delete node.variables["BATCHAI_CONTAINER_CLI"];
    expect((await node.run(custom("true"))).code).toBe(246);
    expect((await node.result())?.detail).toBe(
      "no container engine answers on this machine: install docker or podman, or start the local cloud with --containers=host",
    );
  });
});

describe("a node", () => {
  it("whose launcher and all around it were killed has its container ended, and removed by the next run", async () => {
    const { node, engine, afs } = await withEngine(sh);
    engine.have("train:1");
    const first = custom("echo begun; sleep 1000");
    await node.stage(first);
    const { child, ended } = node.start("run");
    await until(async () => (await node.log(first, afs, "stdout.txt").catch(() => "")) === "begun\n");
    const [name = ""] = engine.containers();
    const keeper = Number(await readFile(join(node.root, "engine/containers", name, "pid"), "utf8"));
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    await until(() => !existsSync(`/proc/${keeper}`) || isGone(keeper));
    expect(engine.containers()).toEqual([name]); // the shim forgets nothing by itself
    expect((await node.run(custom("true"))).code).toBe(0);
    expect(engine.containers()).toEqual([]);
  });

  it("that is to run containers on the host does so, and says it", async () => {
    const { node, engine, afs } = await withEngine(sh);
    node.variables["BATCHAI_CONTAINERS"] = "host";
    const document = custom('echo "${IMAGE-no image}"');
    expect((await node.run(document)).code).toBe(0);
    expect(await node.log(document, afs, "stdout.txt")).toBe("no image\n");
    expect(await node.log(document, afs, "execution.log")).toMatch(/runs on the host .* train:1/);
    expect(asked(engine, "run")).toEqual([]);
  });

  it("with GPUs of its own gives them, and no others, to the container", async () => {
    const { node, engine, afs } = await withEngine(sh);
    engine.have("train:1");
    node.variables["BATCHAI_NODE_GPUS"] = "GPU-2,GPU-3";
    const document = custom('echo "$AZ_BATCHAI_NUM_GPUS ${CUDA_VISIBLE_DEVICES-as given}"');
    expect((await node.run(document)).code).toBe(0);
    expect(runWords(engine)).toContain("--device nvidia.com/gpu=GPU-2 --device nvidia.com/gpu=GPU-3");
    expect(await node.log(document, afs, "stdout.txt")).toBe("2 as given\n");
  });
});

describe("a node of a GPU size on a machine without GPUs", () => {
  it("runs its jobs on the processor, and says so", async () => {
    const { node, afs } = await withEngine(sh);
    node.variables["BATCHAI_NODE_GPUS"] = "";
    node.variables["BATCHAI_NODE_GPUS_OF_SIZE"] = "4";
    const document = custom("echo $AZ_BATCHAI_NUM_GPUS", {});
    expect((await node.run(document)).code).toBe(0);
    expect(await node.log(document, afs, "stdout.txt")).toBe("0\n");
    expect(await node.log(document, afs, "execution.log")).toMatch(/a node of this size has 4 GPU\(s\), but/);
  });
});

describe("two nodes", () => {
  it("have a container each, in which the processes of the node run, and none at the end", async () => {
    const { node, engine, afs } = await withEngine(sh, 2);
    engine.have("train:1");
    const document = job({
      ...settings(),
      nodeCount: 2,
      customToolkitSettings: undefined,
      pyTorchSettings: {
        pythonScriptFilePath: "-c",
        pythonInterpreterPath: "/bin/sh",
        commandLineArgs: `'echo "$AZ_BATCHAI_TASK_INDEX $AZ_BATCH_NODE_ID $IMAGE"'`,
        communicationBackend: "gloo",
        processCount: 2,
      },
    });
    expect((await node.run(document)).code).toBe(0);
    expect(await node.log(document, afs, "stdout-0.txt")).toBe("0 tvm-0 of the image\n");
    expect(await node.log(document, afs, "stdout-1.txt")).toBe("1 tvm-1 of the image\n");
    const names = asked(engine, "run").map((words) => words[words.indexOf("--name") + 1]);
    expect(names.sort()).toEqual([0, 1].map((index) => `batchai-${document.guid}-1-tvm-${index}`));
    expect(engine.containers()).toEqual([]);
  });
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
