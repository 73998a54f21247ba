// How a node gets the programs that mount: with a package manager that a script plays, on a PATH that has nothing else.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../../node/launcher/packages.sh", import.meta.url));
let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "batchai-packages-"));
  for (const tool of ["sh", "cat", "grep", "tail", "tr", "chmod", "rm"])
    symlinkSync(
      ["/bin", "/usr/bin"].map((folder) => join(folder, tool)).find(existsSync) ?? "",
      join(bin, tool),
    );
  program("sleep", 'echo "slept $1" >>"$BIN/said"');
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}
const installs = (name: string) => `printf '#!/bin/sh\\n' >"$BIN/${name}"; chmod 755 "$BIN/${name}"`;
/** apt-get that notes its words; `install` runs the text. */
const apt = (install: string) =>
  program("apt-get", `echo "apt-get $*" >>"$BIN/said"\ncase " $* " in *" install "*) ${install} ;; esac`);

function need(words: string, environment: Record<string, string> = {}) {
  const text = `log() { :; }; private_dir=$BIN; . ${script}; need_program ${words} || { need_reason; exit 9; }`;
  const { stdout, stderr, status } = spawnSync(join(bin, "sh"), ["-uc", text], {
    encoding: "utf8",
    env: { PATH: bin, BIN: bin, ...environment },
  });
  const said = existsSync(join(bin, "said"))
    ? readFileSync(join(bin, "said"), "utf8").trim().split("\n")
    : [];
  return { stdout, stderr, status, said };
}

it("installs what is missing, without asking anything", () => {
  apt(installs("mount.cifs"));
  const { status, said } = need("mount.cifs cifs-utils");
  expect(status).toBe(0);
  expect(said).toEqual([
    "apt-get -q update",
    "apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=60 install cifs-utils",
  ]);
});

it("leaves alone what is there, and what belongs to a machine that is not the node's", () => {
  apt("exit 1");
  expect(need("mount.cifs cifs-utils", { BATCHAI_NODE_FILES: "/somewhere" })).toMatchObject({
    status: 0,
    said: [],
  });
  program("mount.cifs", ":");
  expect(need("mount.cifs cifs-utils")).toMatchObject({ status: 0, said: [] });
});

it("waits while something else holds the package manager's lock", () => {
  apt(`if [ -f "$BIN/free" ]; then ${installs("mount.cifs")}; else : >"$BIN/free"
echo "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 42 (unattended-upgr)"; exit 100; fi`);
  const { status, said } = need("mount.cifs cifs-utils");
  expect(status).toBe(0);
  expect(said.filter((line) => line.startsWith("slept"))).toEqual(["slept 5"]);
});

it("gives up with the reason when the lock is never given back", () => {
  apt('echo "E: Unable to acquire the dpkg frontend lock"; exit 100');
  const { status, stdout, said } = need("mount.cifs cifs-utils");
  expect({ status, stdout }).toEqual({ status: 9, stdout: "E: Unable to acquire the dpkg frontend lock " });
  expect(said.filter((line) => line.startsWith("slept"))).toHaveLength(60);
});

it("fetches the source of blobfuse2 where an image does not have it", () => {
  apt(
    `if [ -f "$BIN/source" ]; then ${installs("blobfuse2")}; else echo "E: Unable to locate package blobfuse2"; exit 100; fi`,
  );
  program("curl", 'echo "curl $*" >>"$BIN/said"');
  program("dpkg", ': >"$BIN/source"');
  const { status, said } = need("blobfuse2 blobfuse2 fuse3");
  expect(status).toBe(0);
  expect(said.filter((line) => line.startsWith("curl"))).toEqual([
    expect.stringMatching(
      /https:\/\/packages\.microsoft\.com\/config\/\w+\/[\d.]+\/packages-microsoft-prod\.deb$/,
    ),
  ]);
});

it("says what could not be fetched, and what a package did not bring", () => {
  apt('echo "E: Unable to locate package blobfuse2"; exit 100');
  program("curl", "exit 22");
  expect(need("blobfuse2 blobfuse2 fuse3")).toMatchObject({
    status: 9,
    stdout: expect.stringMatching(/cannot be fetched/),
  });
  apt(":");
  expect(need("mount.cifs cifs-utils")).toMatchObject({
    status: 9,
    stdout: "mount.cifs is not among what cifs-utils brought ",
  });
});
