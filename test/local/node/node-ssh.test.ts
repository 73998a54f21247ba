// Logins to an emulated node, by OpenSSH's own clients: what a session has, what it may reach, and that nothing of it stays.
// Skipped where OpenSSH's clients are not installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NodeLogin } from "../../../local/batch-emulator/service/ports/node-support.ts";
import { manualClock, systemClock } from "../../../local/clock.ts";
import type { Clock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { createNodeSsh } from "../../../local/node-ssh/index.ts";
import type { NodeSsh } from "../../../local/node-ssh/index.ts";
import { hasTerminals } from "../../../local/node-ssh/terminal.ts";
import { systemRandom } from "../../../local/random.ts";
import { until } from "../../support/batch-ai-client.ts";

const hasClients = ["ssh", "scp", "sftp", "ssh-keygen"].every((name) => existsSync(`/usr/bin/${name}`));
const password = "Correct-horse-7";
let root: string;
let address: string;
let ssh: NodeSsh;
let logins: NodeLogin[];

const machine = () => join(root, "machine");
const keysOf = (user: string) => join(machine(), "home", user, ".ssh");

async function open(clock: Clock = systemClock()): Promise<void> {
  address = process.platform === "linux" ? "127.77.0.9" : "127.0.0.1";
  const stateDirectory = join(root, "tasks");
  mkdirSync(stateDirectory, { recursive: true });
  ssh = createNodeSsh({
    ...{ hostKeyFile: join(root, "host-key"), stateDirectory, clock, random: systemRandom() },
    logger: silentLogger,
  });
  const environment = { PATH: `${root}/bin:/usr/bin:/bin`, AZ_BATCH_NODE_ID: "tvm-1", TMPDIR: "/nowhere" };
  await ssh.open({ address, machine: machine(), environment, logins: () => logins });
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "node-ssh-"));
  logins = [{ name: "ada", hasPassword: (given) => Promise.resolve(given === password) }];
});
afterEach(async () => {
  await ssh.dispose();
  rmSync(root, { recursive: true, force: true });
});

/** A key pair of the person at this machine; the public part. */
function makeKey(...kind: string[]): string {
  const file = join(root, "id");
  expect(spawnSync("ssh-keygen", ["-q", "-N", "", "-f", file, ...kind]).status).toBe(0);
  return readFileSync(`${file}.pub`, "utf8");
}

function letIn(key: string): void {
  mkdirSync(keysOf("ada"), { recursive: true });
  writeFileSync(join(keysOf("ada"), "authorized_keys"), `# of people\n\n${key}`);
}

const options = () => [
  ...["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
  ...["-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-i", join(root, "id")],
];
const destination = () => `ada@${address}`;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function started(program: string, args: readonly string[], input?: string) {
  const child = spawn(program, args, { env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, ...said })));
  return { child, said, ended };
}

const startSsh = (words: readonly string[], input?: string) =>
  started("/usr/bin/ssh", [...options(), "-p", String(ssh.portOf(address)), ...words], input);
const run = (line: string, ...before: string[]) => startSsh([...before, destination(), line]).ended;

describe.skipIf(!hasClients)("logins to an emulated node (needs OpenSSH's clients)", () => {
  it.each([
    ["Ed25519", ["-t", "ed25519"]],
    ["RSA", ["-t", "rsa", "-b", "2048"]],
    ["ECDSA", ["-t", "ecdsa"]],
  ])(
    "row 50: take the account's key (%s), run a line with the node's variables, and give its code",
    async (_, kind) => {
      letIn(makeKey(...kind));
      await open();
      const { code, out, err } = await run(
        'echo "$AZ_BATCH_NODE_ID $USER $HOME ${TMPDIR-none}"; pwd; echo no >&2; exit 7',
      );
      const home = join(machine(), "home/ada");
      expect({ code, out, err }).toEqual({ code: 7, out: `tvm-1 ada ${home} none\n${home}\n`, err: "no\n" });
    },
  );

  it("take a key that came with the account", async () => {
    logins = [{ name: "ada", sshPublicKey: makeKey("-t", "ed25519") }];
    await open();
    expect(await run("echo in")).toMatchObject({ code: 0, out: "in\n" });
  });

  it("refuse other keys, unknown users, and a key that its line limits", async () => {
    const key = makeKey("-t", "ed25519");
    await open();
    expect(await run("true")).toMatchObject({
      code: 255,
      err: expect.stringContaining("Permission denied") as string,
    });
    letIn(`command="true" ${key}`);
    expect((await run("true")).code).toBe(255);
    letIn(key);
    expect((await run("true")).code).toBe(0);
    expect((await startSsh([`eve@${address}`, "true"]).ended).code).toBe(255);
    logins = [];
    expect((await run("true")).code).toBe(255);
  });

  it("keep the key by which the nodes are known, readable by its owner alone", async () => {
    await open();
    const kept = readFileSync(join(root, "host-key"), "utf8");
    await ssh.dispose();
    await open();
    expect(readFileSync(join(root, "host-key"), "utf8")).toBe(kept);
    expect(spawnSync("stat", ["-c", "%a", join(root, "host-key")], { encoding: "utf8" }).stdout).toBe(
      "600\n",
    );
  });

  it("have a shell, which reads lines where there is no terminal", async () => {
    letIn(makeKey("-t", "ed25519"));
    await open();
    const { code, out } = await startSsh(["-T", destination()], "echo $((6 * 7)); echo $PATH\nexit 3\n")
      .ended;
    expect({ code, out }).toEqual({ code: 3, out: `42\n${root}/bin:/usr/bin:/bin\n` });
  });

  it.skipIf(!hasTerminals())(
    "have a terminal, whose size and kind are the person's (needs script(1))",
    async () => {
      letIn(makeKey("-t", "ed25519"));
      await open();
      const { code, out } = await run('test -t 0 && test -t 1 && stty size | grep -c " "; exit 5', "-tt");
      expect({ code, out: out.replaceAll("\r", "") }).toEqual({ code: 5, out: "1\n" });
    },
  );

  it("copy files and folders there and back, byte for byte", async () => {
    letIn(makeKey("-t", "ed25519"));
    await open();
    const bytes = systemRandom().bytes(3_000_000);
    const folder = join(root, "given");
    mkdirSync(join(folder, "empty"), { recursive: true });
    writeFileSync(join(folder, "bytes"), bytes, { mode: 0o640 });
    const scp = (...words: string[]) =>
      started("/usr/bin/scp", [...options(), "-P", String(ssh.portOf(address)), "-r", "-p", ...words]).ended;
    expect(await scp(folder, `${destination()}:copy`)).toMatchObject({ code: 0, err: "" });
    expect(await scp(`${destination()}:copy`, join(root, "back"))).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(join(root, "back/bytes")).equals(bytes)).toBe(true);
    expect(spawnSync("diff", ["-r", folder, join(root, "back")]).status).toBe(0);
    expect((await scp(`${destination()}:missing`, root)).err).toMatch(/No such file or directory/);
  });

  it("do with files what sftp does", async () => {
    letIn(makeKey("-t", "ed25519"));
    await open();
    writeFileSync(join(root, "one"), "first\n");
    const lines = [
      `put ${root}/one a`,
      "mkdir d",
      "rename a d/b",
      "chmod 600 d/b",
      "ln -s d/b l",
      "rename d/b d/c",
      "ls -l d",
      "rm l",
      `get d/c ${root}/two`,
      "rm d/c",
      "rmdir d",
      "ls",
    ];
    const sftp = ["-P", String(ssh.portOf(address)), "-b", "-", destination()];
    const { code, out, err } = await started(
      "/usr/bin/sftp",
      [...options(), ...sftp],
      `${lines.join("\n")}\n`,
    ).ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/-rw------- .* 6 .* c$/m);
    expect(out.trimEnd().endsWith("sftp> ls")).toBe(true);
    expect(readFileSync(join(root, "two"), "utf8")).toBe("first\n");
  });

  it("row 51: reach ports of this machine's loopback addresses, and no others", async () => {
    letIn(makeKey("-t", "ed25519"));
    await open();
    const server = createServer((_request, response) => response.end("from the node"));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const via = (target: string) => startSsh(["-W", target, destination()], "GET / HTTP/1.0\r\n\r\n").ended;
    try {
      expect((await via(`localhost:${port}`)).out).toContain("from the node");
      expect(await via("192.0.2.1:80")).toMatchObject({
        out: "",
        err: expect.stringContaining("forwarding failed") as string,
      });
    } finally {
      server.close();
    }
  });

  it("leave nothing running when their connection ends, whatever it started", async () => {
    letIn(makeKey("-t", "ed25519"));
    await open();
    const session = startSsh([destination(), "sleep 7771 & setsid sleep 7772 & echo $$; wait"]);
    const shell = await until("the shell", async () => /^(\d+)\n/.exec(session.said.out)?.[1]);
    const asked = (): string => spawnSync("pgrep", ["-f", "^sleep 777[12]$"], { encoding: "utf8" }).stdout;
    await until("both", async () => (asked().trim().split("\n").length === 2 ? true : undefined));
    session.child.kill("SIGKILL");
    await until("the end of all", async () =>
      asked() === "" && !existsSync(`/proc/${shell}`) ? true : undefined,
    );
  });

  it("end at once with their account, and with their node", async () => {
    letIn(makeKey("-t", "ed25519"));
    await open();
    const [first, second] = [
      startSsh([destination(), "echo in; sleep 7773"]),
      startSsh([destination(), "echo in; sleep 7773"]),
    ];
    for (const { said } of [first, second])
      await until("a login", async () => (said.out === "in\n" ? true : undefined));
    logins = [];
    ssh.checkLogins(address);
    expect((await first.ended).code).not.toBe(0);
    expect((await second.ended).code).not.toBe(0);
    logins = [{ name: "ada" }];
    const third = startSsh([destination(), "echo in; sleep 7773"]);
    await until("a login", async () => (third.said.out === "in\n" ? true : undefined));
    ssh.close(address);
    expect((await third.ended).code).not.toBe(0);
    expect(ssh.portOf(address)).toBeUndefined();
    expect((await run("true")).code).toBe(255);
  });
});

/** As `az batchai` 2.45 runs a command on a node: with a terminal, through a tunnel that is there as long as it runs. */
const asOldClient = `import sys, urllib.request
import paramiko
from sshtunnel import SSHTunnelForwarder
host, port, password, served = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
with SSHTunnelForwarder((host, port), ssh_username="ada", ssh_password=password, allow_agent=False, host_pkey_directories=[],
                        remote_bind_addresses=[("localhost", served)], local_bind_addresses=[("127.0.0.1", 0)]) as tunnel:
    ssh = paramiko.SSHClient()
    ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    ssh.connect(host, port, "ada", password=password, allow_agent=False, look_for_keys=False)
    ssh.get_transport().set_keepalive(15)
    _, out, _ = ssh.exec_command('bash -ilc "test -t 0 && echo $AZ_BATCH_NODE_ID"', get_pty=True)
    print(out.read().decode().strip().splitlines()[-1])
    print(urllib.request.urlopen(f"http://127.0.0.1:{tunnel.local_bind_port}").read().decode())
    ssh.close()
`;
const python = "/usr/bin/python3";
const hasOldClient =
  spawnSync(python, ["-c", "import paramiko, sshtunnel"]).status === 0 && existsSync("/bin/bash");

describe.skipIf(!hasOldClient || !hasTerminals())(
  "the ssh of az batchai (needs paramiko, sshtunnel and script(1))",
  () => {
    it(
      "runs a command on a terminal of the node, with a tunnel to one of its ports",
      { timeout: 60_000 },
      async () => {
        await open();
        const server = createServer((_request, response) => response.end("from the node"));
        await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        const words = ["-c", asOldClient, address, String(ssh.portOf(address)), password, String(port)];
        try {
          const { code, out, err } = await started(python, words).ended;
          expect({ code, out }, err).toEqual({ code: 0, out: "tvm-1\nfrom the node\n" });
        } finally {
          server.close();
        }
      },
    );
  },
);

/** On a connection of its own. */
async function login(given: string): Promise<"in" | "refused"> {
  const client = new ssh2.Client();
  const answer = new Promise<"in" | "refused">((resolve) => {
    client.once("ready", () => resolve("in"));
    client.once("error", () => resolve("refused"));
  });
  client.connect({ host: address, port: ssh.portOf(address) ?? 0, username: "ada", password: given });
  const said = await answer;
  client.destroy();
  return said;
}

describe("passwords of an emulated node", () => {
  it("let in, and nobody finds them by trying: after ten wrong ones the account takes none for a minute", async () => {
    const clock = manualClock();
    await open(clock);
    expect(await login(password)).toBe("in");
    for (let attempt = 0; attempt < 10; attempt += 1) expect(await login(`wrong ${attempt}`)).toBe("refused");
    expect(await login(password)).toBe("refused");
    await clock.advance(61_000);
    expect(await login(password)).toBe("in");
  });

  it("are waited for two minutes", async () => {
    const clock = manualClock();
    await open(clock);
    const client = new ssh2.Client();
    const greeted = new Promise<void>((resolve) => client.once("handshake", () => resolve()));
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    client.on("error", () => undefined);
    client.connect({
      ...{ host: address, port: ssh.portOf(address) ?? 0, username: "ada", readyTimeout: 0 },
      authHandler: () => undefined, // asks for nothing
    });
    await greeted;
    await clock.advance(121_000);
    await closed;
  });
});
