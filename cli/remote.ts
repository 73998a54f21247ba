// ssh to a node: which node, as whom, with what. The ssh of this machine does the rest.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RemoteLoginResponse } from "../domain/shared/answers.ts";
import { quoteWord } from "../domain/launch/quote.ts";
import type { Context } from "./command.ts";
import { CommandError, usageError } from "./failure.ts";
import { text, texts } from "./options.ts";
import { exitCodes } from "./output/exit-codes.ts";

export const loginOptions = {
  node: text("-n, --node-id <id>", "which node (default: the first)"),
  password: text("-p, --password <password>", "password of the nodes' user; a key is better"),
  sshKey: text("-k, --ssh-private-key <file>", "private key (default: what your ssh uses)"),
};

export const nodeExecOptions = {
  line: text("--exec <command>", "what to run there; without it, ports alone are forwarded"),
  ports: texts(
    "-L, --address <address>",
    "[host:]port:host:port, from here to there; may be given several times",
  ),
  ...loginOptions,
};

export interface Login {
  readonly node: string | undefined;
  readonly password: string | undefined;
  readonly sshKey: string | undefined;
}

export interface Session {
  readonly user: string;
  readonly nodes: readonly RemoteLoginResponse[];
  /** For a shell line on the node; without one, a login, or nothing but forwarding. */
  readonly line?: string | undefined;
  readonly ports?: readonly string[];
  readonly isLogin?: boolean;
}

/** @returns the exit code of what ran there; ssh's own is 255. */
export async function openSession(session: Session, login: Login, context: Context): Promise<number> {
  const { user, nodes, line, ports = [], isLogin = false } = session;
  if (line === undefined && ports.length === 0 && !isLogin)
    throw usageError("Nothing to do: give --exec, or ports to forward with -L.");
  const { ipAddress, port } = nodeOf(nodes, login.node);
  const args = [
    // Addresses are given to other nodes again and again: a host key says nothing here.
    ...["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"],
    ...(ports.length === 0 ? [] : ["-o", "ExitOnForwardFailure=yes"]),
    ...ports.flatMap((address) => ["-L", forwarding(address)]),
    ...(login.sshKey === undefined ? [] : ["-i", login.sshKey]),
    ...(line === undefined && !isLogin ? ["-N"] : []),
    ...(line !== undefined && context.isTerminal.out ? ["-t"] : []),
    ...["-p", String(port), `${user}@${ipAddress}`],
    ...(line === undefined ? [] : [`bash -ilc ${quoteWord(line)}`]),
  ];
  if (login.password === undefined) return context.runProgram("ssh", args, {});
  return withPassword(login.password, (variables) => context.runProgram("ssh", args, variables));
}

function nodeOf(nodes: readonly RemoteLoginResponse[], id: string | undefined): RemoteLoginResponse {
  const node = id === undefined ? nodes[0] : nodes.find(({ nodeId }) => nodeId === id);
  if (node !== undefined) return node;
  const known = nodes.map(({ nodeId }) => nodeId).join(", ");
  throw new CommandError(
    nodes.length === 0
      ? "There is no node to log in to now."
      : `There is no node '${id}'; there are ${known}.`,
    exitCodes.notFound,
  );
}

function forwarding(address: string): string {
  if (/^(?:[^:\s]+:)?\d+:[^:\s]+:\d+$/.test(address)) return address;
  throw usageError(`-L takes [host:]port:host:port, such as 8888:localhost:8888; '${address}' is none.`);
}

/** ssh asks a program for it; it stands in that program's environment, in no file and on no command line. */
async function withPassword(
  password: string,
  run: (variables: Readonly<Record<string, string>>) => Promise<number>,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "batchai-ssh-"));
  try {
    const asking = join(folder, "password");
    await writeFile(asking, '#!/bin/sh\nprintf "%s\\n" "$BATCHAI_NODE_PASSWORD"\n');
    await chmod(asking, 0o700);
    return await run({
      SSH_ASKPASS: asking,
      SSH_ASKPASS_REQUIRE: "force",
      DISPLAY: "none",
      BATCHAI_NODE_PASSWORD: password,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
