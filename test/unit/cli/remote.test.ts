// Starts nothing: what would be run is looked at.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, test } from "vitest";
import { openSession } from "../../../cli/remote.ts";
import type { Login, Session } from "../../../cli/remote.ts";
import { ownOrNewKey } from "../../../cli/spec/ssh-keys.ts";
import { UserAccountRequest } from "../../../domain/shared/user-account.ts";
import { contextOf } from "../../support/command-line.ts";

const nodes = [
  { nodeId: "n1", ipAddress: "10.1.1.1", port: 50000 },
  { nodeId: "n2", ipAddress: "10.1.1.2", port: 50001 },
];
const nobody: Login = { node: undefined, password: undefined, sshKey: undefined };

async function opened(session: Partial<Session>, login: Partial<Login> = {}) {
  const ran: { program: string; args: readonly string[]; variables: Readonly<Record<string, string>> }[] = [];
  const context = contextOf(
    { out: "", err: "" },
    {
      runProgram: async (program, args, variables) => {
        ran.push({ program, args, variables });
        return 7;
      },
    },
  );
  const code = await openSession({ user: "ada", nodes, ...session }, { ...nobody, ...login }, context);
  expect(code).toBe(7);
  return ran[0] ?? { program: "", args: [], variables: {} };
}

it("a command runs on the first node as one word for its login shell", async () => {
  const { program, args } = await opened({ line: "echo 'a b'" });
  expect(program).toBe("ssh");
  expect(args.slice(-4)).toEqual(["-p", "50000", "ada@10.1.1.1", String.raw`bash -ilc 'echo '\''a b'\'''`]);
});

it("a node is chosen by its id, and one that is not there is told with those that are", async () => {
  expect((await opened({ line: "id" }, { node: "n2" })).args).toContain("ada@10.1.1.2");
  await expect(opened({ line: "id" }, { node: "n3" })).rejects.toThrow(
    "There is no node 'n3'; there are n1, n2.",
  );
  await expect(opened({ line: "id", nodes: [] })).rejects.toHaveProperty("exitCode", 3);
});

it("ports alone are forwarded until the end, and are checked before", async () => {
  const { args } = await opened({ ports: ["8888:localhost:8888", "127.0.0.1:1:b:2"] }, { sshKey: "key" });
  expect(args).toEqual(
    expect.arrayContaining(["-N", "-L", "8888:localhost:8888", "127.0.0.1:1:b:2", "-i", "key"]),
  );
  for (const wrong of ["8888", "a:b:c", "8888:localhost:8888 -o ProxyCommand=x"])
    await expect(opened({ ports: [wrong] })).rejects.toThrow("-L takes");
  await expect(opened({})).rejects.toThrow("give --exec");
});

it("a password stands on no command line, and nothing is left of how ssh is told", async () => {
  const { args, variables } = await opened({ line: "id" }, { password: "Correct-horse-7" });
  expect(args.join(" ")).not.toContain("Correct-horse-7");
  const asking = variables["SSH_ASKPASS"] ?? "";
  expect(asking).not.toBe("");
  expect(() => readFileSync(asking)).toThrow("ENOENT");
});

test("keys are made once, as the service takes them, and kept for the person alone", async () => {
  const home = mkdtempSync(join(tmpdir(), "home-"));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const key = await ownOrNewKey(home);
  expect(UserAccountRequest.parse({ adminUserName: "ada", adminUserSshPublicKey: key })).toBeDefined();
  expect(statSync(join(home, ".ssh", "id_rsa")).mode & 0o777).toBe(0o600);
  expect(await ownOrNewKey(home)).toBe(key);
  rmSync(join(home, ".ssh", "id_rsa.pub"));
  await expect(ownOrNewKey(home)).rejects.toThrow("is there without its public key");
  await expect(ownOrNewKey(undefined)).rejects.toThrow("HOME is not set");
});
