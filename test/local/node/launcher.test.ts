// The launcher, run for real in every shell of this machine on nodes that are folders.
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { quoteWord } from "../../../domain/launch/quote.ts";
import { planInTask, planVariable } from "../../../domain/launch/render.ts";
import { parseLauncherResult } from "../../../domain/launch/result.ts";
import { job } from "../../unit/domain/samples.ts";
import { EmulatedNodes, shells } from "./emulated-nodes.ts";
import { isAlive } from "../../support/processes.ts";

const open: EmulatedNodes[] = [];
async function nodes(shell: readonly string[], count = 1): Promise<EmulatedNodes> {
  const made = await EmulatedNodes.create(shell, count);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_500; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the condition did not come true within half a minute");
}

const custom = (commandLine: string, more: object = {}) =>
  job({ customToolkitSettings: { commandLine }, ...more });

describe.each(shells)("in %s, on one node", (_name, shell) => {
  it("runs the command, keeps its output and answers its exit code", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom("echo out; echo err >&2; exit 7");
    expect((await node.run(mnist)).code).toBe(7);
    expect(await node.log(mnist, afs, "stdout.txt")).toBe("out\n");
    expect(await node.log(mnist, afs, "stderr.txt")).toBe("err\n");
    expect(await node.log(mnist, afs, "execution.log")).toMatch(/command-0 exited with 7/);
    expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: 7, node: "tvm-0" });
  });

  it("gives the user's variables to the preparation and the command, whatever is in them", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const value = 'it\'s "quoted" $HOME `id`\nsecond line äö \\n';
    const mnist = custom('printf "%s|" "$TEXT" "$UNDEFINED" "$IFS_TEST"; cat prepared', {
      environmentVariables: [
        { name: "TEXT", value },
        { name: "IFS", value: "/" },
        { name: "IFS_TEST", value: "a/b c" },
      ],
      jobPreparation: { commandLine: 'printf "%s" "$TEXT" > prepared; echo preparing' },
    });
    expect((await node.run(mnist)).code).toBe(0);
    expect(await node.log(mnist, afs, "stdout.txt")).toBe(`${value}||a/b c|${value}`);
    expect(await node.log(mnist, afs, "stdout-job_prep.txt")).toBe("preparing\n");
  });

  it("sets the service's variables and makes the directories", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom(
      'env | sort; test -d "$AZ_BATCHAI_OUTPUT_MODEL" && test -d "$AZ_BATCHAI_SHARED_JOB_TEMP"',
      {
        inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_MOUNT_ROOT/afs/${FOLDER}/x" }],
        outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afs", pathSuffix: "models" }],
        environmentVariables: [{ name: "FOLDER", value: "my data" }],
      },
    );
    expect((await node.run(mnist)).code).toBe(0);
    const root = node.path(0, "shared/LS_root");
    const environment = (await node.log(mnist, afs, "stdout.txt")).split("\n");
    expect(environment).toEqual(
      expect.arrayContaining([
        `AZ_BATCHAI_ROOT=${root}`,
        `AZ_BATCHAI_MOUNT_ROOT=${root}/mounts`,
        `AZ_BATCHAI_JOB_MOUNT_ROOT=${root}/jobs/research/digits/mnist/mounts`,
        `AZ_BATCHAI_JOB_TEMP=${root}/temp/${mnist.guid}`,
        `AZ_BATCHAI_INPUT_DATA=${root}/mounts/afs/my data/x`,
        expect.stringMatching(/^AZ_BATCHAI_NUM_GPUS=\d+$/),
        expect.stringMatching(/^AZ_BATCHAI_OUTPUT_MODEL=.*\/mounts\/afs\/.*\/outputs\/models$/),
        expect.stringMatching(/^AZ_BATCHAI_STDOUTERR_DIR=.*\/stdouterr$/),
        expect.stringMatching(/^AZ_BATCHAI_METRICS_FILE=.*\/stdouterr\/metrics\.jsonl$/),
        expect.stringMatching(/^AZ_BATCHAI_OUTPUTS_FILE=.*\/stdouterr\/outputs\.jsonl$/),
        `AZ_BATCHAI_MPI_HOST_FILE=${root}/temp/${mnist.guid}/hostfile`,
        `PWD=${root}/temp/${mnist.guid}`,
      ]),
    );
    expect(environment.filter((line) => /^(bai_|U_|P_|M_)/.test(line))).toEqual([]);
  });

  it("expands the service's variables in values and paths, in whatever order they need each other", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = job({
      customToolkitSettings: undefined,
      pyTorchSettings: {
        pythonScriptFilePath: "$AZ_BATCHAI_MOUNT_ROOT/afs/show.sh",
        pythonInterpreterPath: "/bin/sh",
        communicationBackend: "gloo",
        processCount: 2,
      },
      inputDirectories: [
        { id: "BELOW", path: "$AZ_BATCHAI_INPUT_DATA/below" },
        { id: "DATA", path: "$AZ_BATCHAI_SHARED_JOB_TEMP/$SUB" },
      ],
      environmentVariables: [
        { name: "SUB", value: "of ${AZ_BATCH_NODE_ID}" },
        { name: "FILE", value: "$AZ_BATCHAI_INPUT_BELOW/$HOME/`x`\\$5-$AZ_BATCHAI_TASK_INDEX'" },
      ],
    });
    await writeFile(join(afs, "show.sh"), 'printf "%s" "$FILE"');
    expect((await node.run(mnist)).code).toBe(0);
    const shared = node.path(0, "shared/LS_root/temp", mnist.guid, "shared");
    const file = (rank: number) => `${shared}/of tvm-0/below/$HOME/\`x\`\\$5-${rank}'`;
    expect(await node.log(mnist, afs, "stdout-0.txt")).toBe(file(0));
    expect(await node.log(mnist, afs, "stdout-1.txt")).toBe(file(1));
  });

  it("does not run the command when the preparation fails, and says so", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom("touch ran", { jobPreparation: { commandLine: "echo no >&2; exit 3" } });
    expect((await node.run(mnist)).code).toBe(3);
    expect(await node.result()).toMatchObject({ outcome: "preparation-failed", exitCode: 3 });
    expect(await node.log(mnist, afs, "stderr-job_prep.txt")).toBe("no\n");
    await expect(node.log(mnist, afs, "stdout.txt")).rejects.toThrow("ENOENT");
  });

  it("says in one sentence that an interpreter is missing", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = job({
      customToolkitSettings: undefined,
      pyTorchSettings: { pythonScriptFilePath: "train.py", pythonInterpreterPath: "/opt/$FLAVOUR/python9" },
      environmentVariables: [{ name: "FLAVOUR", value: "conda" }],
    });
    expect((await node.run(mnist)).code).toBe(127);
    const sentence =
      "The interpreter /opt/conda/python9 is not on node tvm-0: install it in jobPreparation, or set pythonInterpreterPath.\n";
    expect(await node.log(mnist, afs, "stderr.txt")).toBe(sentence);
    expect(await node.log(mnist, afs, "execution.log")).toContain(sentence);
  });

  it("never evaluates names, paths and values of the user in its own shell", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const trap = "$(touch $AZ_BATCH_NODE_ROOT_DIR/pwned)`touch /tmp/pwned-by-batchai`'\";touch pwned;";
    const mnist = custom("true", {
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afs",
      inputDirectories: [{ id: "X", path: trap }],
      outputDirectories: [{ id: "Y", pathPrefix: `$AZ_BATCHAI_MOUNT_ROOT/afs/a b'"`, pathSuffix: "c;d" }],
      environmentVariables: [{ name: "V", value: trap }],
    });
    expect((await node.run(mnist)).code).toBe(0);
    expect(existsSync(node.path(0, "pwned"))).toBe(false);
    expect(existsSync("/tmp/pwned-by-batchai")).toBe(false);
    expect(await readdir(afs)).toContain(`a b'"`);
  });

  it("leaves nothing behind on the node, also from a run before that was cut off", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    const mnist = custom("sleep 60");
    await node.stage(mnist);
    const cut = node.start("run");
    await until(() => existsSync(node.path(0, "shared/LS_root/temp", mnist.guid, "hostfile")));
    process.kill(-(cut.child.pid ?? 0), "SIGKILL");
    await cut.ended;
    const next = { ...custom("echo > file"), guid: "44444444-4444-4444-4444-444444444444" };
    expect((await node.run(next)).code).toBe(0);
    expect(await readdir(node.path(0, "shared/LS_root/temp"))).toEqual([]);
    expect(await readdir(node.path(0, "shared/LS_root/launch"))).toEqual([]);
  });

  it("starts over with empty logs and an empty temp directory when Batch runs it again", async () => {
    const node = await nodes(shell);
    const bfs = await node.mountEverywhere("bfs");
    const prefix = { stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs" };
    const first = custom("echo a long first line; touch here; kill -9 $PPID; sleep 60", prefix);
    await node.stage(first);
    const cut = node.start("run");
    await until(async () => (await node.log(first, bfs, "stdout.txt").catch(() => "")) !== "");
    process.kill(-(cut.child.pid ?? 0), "SIGKILL");
    await cut.ended;
    const again = custom("ls; echo and a much longer second line than the first line was", prefix);
    expect((await node.run(again)).code).toBe(0);
    expect(await node.log(again, bfs, "stdout.txt")).toBe(
      "home\nhostfile\nshared\nand a much longer second line than the first line was\n",
    );
  });

  it("brings any value and argument unchanged to the command", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const text = fc.string({ unit: "grapheme", maxLength: 60 }).filter((value) => !value.includes("\0"));
    const values = fc.sample(text, 200);
    const mnist = custom(
      `printf '%s\\0' ${values.map((value, index) => `"$V${index}" ${quoteWord(value)}`).join(" ")}`,
      {
        environmentVariables: values.map((value, index) => ({ name: `V${index}`, value })),
      },
    );
    expect((await node.run(mnist)).code).toBe(0);
    const said = (await node.log(mnist, afs, "stdout.txt")).split("\0").slice(0, -1);
    expect(said).toEqual(values.flatMap((value) => [value, value]));
  });

  it("takes a plan that comes with the task, and shows nothing of it to the user's process", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom('env | grep -c LAUNCH_PLAN; printf "%s\\n" "two\nlines, \'quoted\' ü"');
    await node.stage(mnist);
    const file = join(node.taskFolder(0), "launch-plan");
    const text = planInTask(await readFile(file, "utf8"), 1) ?? "";
    await rm(file);
    expect((await node.start("run", 0, { [planVariable]: text }).ended).code).toBe(0);
    expect(await node.log(mnist, afs, "stdout.txt")).toBe("0\ntwo\nlines, 'quoted' ü\n");
    const torn = await node.start("run", 0, { [planVariable]: text.slice(0, 100) }).ended;
    expect(torn).toMatchObject({ code: 244 });
    expect(await node.result()).toMatchObject({ outcome: "launch-failed" });
  });

  it("refuses a plan that is cut off or missing", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    await node.stage(custom("touch ran"));
    const file = join(node.taskFolder(0), "launch-plan");
    await rm(file);
    const missing = await node.start("run").ended;
    expect(missing).toMatchObject({ code: 244 });
    expect(missing.stderr).toMatch(/launch plan .* is missing/);
    await node.stage(custom("touch ran"));
    await writeFile(file, (await readFile(file, "utf8")).replace("plan_end\n", ""));
    const cutOff = await node.start("run").ended;
    expect(cutOff).toMatchObject({ code: 244 });
    expect(cutOff.stderr).toMatch(/cut off/);
    expect(await node.result()).toMatchObject({ outcome: "launch-failed" });
  });

  it("ends its processes when it is asked to end", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom('sleep 300 & echo $! > "$AZ_BATCH_NODE_ROOT_DIR/pid"; wait');
    await node.stage(mnist);
    const { child, ended } = node.start("run");
    await until(
      async () => existsSync(node.path(0, "pid")) && (await readFile(node.path(0, "pid"), "utf8")) !== "",
    );
    child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
    expect(await node.result()).toMatchObject({ outcome: "ended" });
    const pid = Number(await readFile(node.path(0, "pid"), "utf8"));
    await until(() => !isAlive(pid));
    expect(await node.log(mnist, afs, "execution.log")).toMatch(/ended by a signal/);
  });

  it("copies output to a blob mount while it is written, and its last bytes before it ends", async () => {
    const node = await nodes(shell);
    const bfs = await node.mountEverywhere("bfs");
    const go = node.path(0, "go");
    const mnist = custom(
      'echo first; while [ ! -e "$AZ_BATCH_NODE_ROOT_DIR/go" ]; do sleep 0.05; done; printf last',
      {
        stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs",
      },
    );
    await node.stage(mnist);
    const { ended } = node.start("run");
    await until(async () => (await node.log(mnist, bfs, "stdout.txt").catch(() => "")) === "first\n");
    await writeFile(go, "");
    expect((await ended).code).toBe(0);
    expect(await node.log(mnist, bfs, "stdout.txt")).toBe("first\nlast");
    expect(await node.log(mnist, bfs, "execution.log")).toMatch(/all processes exited with 0/);
  });
});

describe.each(shells)("in %s, on two nodes", (_name, shell) => {
  const ranks = (script: string, more: object = {}) =>
    job({
      nodeCount: 2,
      customToolkitSettings: undefined,
      pyTorchSettings: {
        pythonScriptFilePath: "$AZ_BATCHAI_MOUNT_ROOT/afs/train.sh",
        pythonInterpreterPath: "/bin/sh",
        communicationBackend: "gloo",
        commandLineArgs: script,
        processCount: 3,
      },
      ...more,
    });

  it("starts every rank on its node and ends well when all did", async () => {
    const two = await nodes(shell, 2);
    const afs = await two.mountEverywhere("afs");
    await writeFile(
      join(afs, "train.sh"),
      'echo "$AZ_BATCHAI_TASK_INDEX on $AZ_BATCH_NODE_ID: $1 $AZ_BATCHAI_PYTORCH_INIT_METHOD"\n',
    );
    const mnist = ranks('"$WORD $UNDEFINED"', { environmentVariables: [{ name: "WORD", value: "hello" }] });
    expect(await two.run(mnist)).toMatchObject({ code: 0 });
    const port = /tcp:\/\/10\.0\.0\.4:2\d{4}/.exec(await two.log(mnist, afs, "stdout.txt"))?.[0];
    expect(await two.log(mnist, afs, "stdout.txt")).toBe(`0 on tvm-0: hello  ${port}\n`);
    expect(await two.log(mnist, afs, "stdout-1.txt")).toBe(`1 on tvm-0: hello  ${port}\n`);
    expect(await two.log(mnist, afs, "stdout-2.txt")).toBe(`2 on tvm-1: hello  ${port}\n`);
    expect(await two.log(mnist, afs, "stdout-0.txt")).toBe(await two.log(mnist, afs, "stdout.txt"));
    expect(await two.log(mnist, afs, "execution-tvm-1.log")).toMatch(/started worker-2/);
  });

  it("ends the other ranks when one fails, with its exit code", async () => {
    const two = await nodes(shell, 2);
    const afs = await two.mountEverywhere("afs");
    await writeFile(join(afs, "train.sh"), '[ "$AZ_BATCHAI_TASK_INDEX" = 2 ] && exit 9; exec sleep 300\n');
    const mnist = ranks("x");
    expect((await two.run(mnist)).code).toBe(9);
    expect(await two.log(mnist, afs, "execution-tvm-0.log")).toMatch(/node-1 exited with 9/);
  });

  it("says that a node cannot be reached, which is not the command's failure", async () => {
    const two = await nodes(shell, 2);
    const afs = await two.mountEverywhere("afs");
    await two.program("ssh", "#!/bin/sh\necho 'ssh: connection refused' >&2\nexit 255\n");
    await writeFile(join(afs, "train.sh"), "exec sleep 300\n");
    const mnist = ranks("x");
    expect((await two.run(mnist)).code).toBe(244);
    expect(await two.result()).toMatchObject({
      outcome: "launch-failed",
      detail: "node 1 of the job could not be reached over ssh, or its agent is gone",
    });
    expect(await two.log(mnist, afs, "execution-tvm-0.log")).toContain("ssh: connection refused");
  });

  it("gives MPI ranks the variables of the job, whichever MPI the node has", async () => {
    const two = await nodes(shell, 2);
    const afs = await two.mountEverywhere("afs");
    const mnist = job({
      nodeCount: 2,
      customToolkitSettings: undefined,
      customMpiSettings: { commandLine: "echo \"$OMPI_COMM_WORLD_RANK $WORD\" 'it is'", processCount: 4 },
      environmentVariables: [{ name: "WORD", value: "two words" }],
    });
    await two.program("mpirun", "#!/bin/sh\nexit 127\n"); // hides that of this machine
    expect((await two.run(mnist)).code).toBe(127);
    expect(await two.log(mnist, afs, "stderr.txt")).toMatch(/^mpirun is not on the first node: install MPI/);
    // As Open MPI does: only the variables named with -x, the rank's own, and the command as words.
    await two.program(
      "mpirun",
      `#!/bin/sh
[ "$1" != --version ] || { echo "mpirun (Open MPI) 4.1.4"; exit; }
echo "$*" | sed 's/ -x [A-Z_a-z0-9]*//g; s/ -c .*//' >&2
word=$(for w; do [ "$w" != WORD ] || echo "$WORD"; done)
n=$3; while case $1 in */bash | */sh) false ;; esac; do shift; done
r=0; while [ $r -lt $n ]; do env -i OMPI_COMM_WORLD_RANK=$r WORD="$word" "$@" || exit; r=$((r + 1)); done
`,
    );
    expect((await two.run(mnist)).code).toBe(0);
    const ranks = [0, 1, 2, 3].map((rank) => `${rank} two words it is\n`).join("");
    expect(await two.log(mnist, afs, "stdout.txt")).toBe(ranks);
    expect(await two.log(mnist, afs, "stderr.txt")).toMatch(
      /^--allow-run-as-root -np 4 -npernode 2 --oversubscribe --hostfile \S*hostfile -mca btl_tcp_if_exclude docker0,lo/,
    );
  });

  it("ends services when the required processes are done", async () => {
    const two = await nodes(shell, 2);
    const afs = await two.mountEverywhere("afs");
    // As in a real job, no worker gets far without its parameter servers.
    const ready = '[ -s "$AZ_BATCHAI_STDOUTERR_DIR/stdout-ps-1.txt" ]';
    const train = `case $1 in ps) exec sleep 300 ;; esac; until ${ready}; do sleep 0.05; done`;
    await writeFile(join(afs, "train.sh"), `echo "$TF_CONFIG"; ${train}\n`);
    const mnist = job({
      nodeCount: 2,
      customToolkitSettings: undefined,
      tensorFlowSettings: {
        pythonScriptFilePath: "$AZ_BATCHAI_MOUNT_ROOT/afs/train.sh",
        pythonInterpreterPath: "/bin/sh",
        parameterServerCommandLineArgs: "ps",
        parameterServerCount: 2,
      },
    });
    expect((await two.run(mnist)).code).toBe(0);
    const cluster = { ps: ["10.0.0.4:2222", "10.0.0.5:2222"], worker: ["10.0.0.4:2223", "10.0.0.5:2223"] };
    const told = JSON.parse(await two.log(mnist, afs, "stdout-ps-1.txt")) as unknown;
    expect(told).toEqual({ cluster, task: { type: "ps", index: 1 }, environment: "cloud" });
  });

  it("prepares every node before anything runs, and fails when one cannot be", async () => {
    const two = await nodes(shell, 2);
    const afs = await two.mountEverywhere("afs");
    const mnist = custom(
      'cat "$AZ_BATCHAI_MPI_HOST_FILE"; ssh -n 10.0.0.5 "ls \\$AZ_BATCH_NODE_SHARED_DIR/LS_root/temp/*"',
      {
        nodeCount: 2,
        jobPreparation: { commandLine: "touch prepared" },
      },
    );
    expect((await two.run(mnist)).code).toBe(0);
    const said = await two.log(mnist, afs, "stdout.txt");
    expect(said).toMatch(/^10\.0\.0\.4 slots=\d+\n10\.0\.0\.5 slots=\d+\n/);
    expect(said).toContain("prepared");
    const bad = custom("true", {
      nodeCount: 2,
      jobPreparation: { commandLine: '[ "$AZ_BATCH_NODE_ID" = tvm-0 ]' },
    });
    expect((await two.run(bad)).code).toBe(241);
    expect(await two.result(1)).toMatchObject({ outcome: "preparation-failed", exitCode: 1, node: "tvm-1" });
    const shared = await readFile(two.path(1, "task", "batchai-result"), "utf8");
    expect(parseLauncherResult(shared)).toMatchObject({ outcome: "preparation-failed", node: "tvm-1" });
  });
});
