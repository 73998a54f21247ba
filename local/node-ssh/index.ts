// Logins to emulated nodes by ssh, as people and programs log in to the nodes of Azure: a server on each node's own loopback address, in
// this process, for as long as the node is up and its pool has a way in.
// Why it is so: docs/adr/0046-emulated-nodes-take-logins-by-ssh.md
import { folderMark } from "../batch-emulator/agent/launch-records.ts";
import { processEnding } from "../batch-emulator/agent/process-ending.ts";
import { processTable } from "../batch-emulator/agent/process-table.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import type { NodeServer, SshNode } from "./node-server.ts";
import { wrongPasswords } from "./wrong-passwords.ts";

export interface NodeSsh {
  /** Resolves when logins are taken, or cannot be on this machine, which the log then tells. */
  open(node: SshNode): Promise<void>;
  /** Whoever is logged in is logged out. */
  close(address: string): void;
  checkLogins(address: string): void;
  portOf(address: string): number | undefined;
  /** Resolves when nothing of any session runs. */
  dispose(): Promise<void>;
}

export function createNodeSsh(o: {
  /** Of the host key; made with the first server. */
  readonly hostKeyFile: string;
  /** Of the tasks: what a start finds that carries its mark and is no task is ended. */
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}): NodeSsh {
  const { clock, random, logger } = o;
  const servers = new Map<string, Promise<NodeServer | undefined>>();
  const ports = new Map<string, number>();
  const closing = new Set<Promise<void>>();
  const ending = processEnding({ table: processTable(process.platform === "linux"), logger });
  const wrong = wrongPasswords(clock);
  const newCookie = () => `${folderMark(o.stateDirectory)}.ssh.${random.uuid()}`;
  const start = async (node: SshNode) => {
    try {
      // The library of ssh is read with the first node that takes logins, not at every start.
      const [{ openHostKey }, { startNodeServer }] = await Promise.all([
        import("./host-key.ts"),
        import("./node-server.ts"),
      ]);
      const hostKey = openHostKey(o.hostKeyFile);
      return await startNodeServer(node, { hostKey, wrong, ending, clock, logger, newCookie });
    } catch (error) {
      logger.warn("ssh.notStarted", { node: node.address, reason: (error as Error).message });
      return undefined;
    }
  };
  const close = (address: string) => {
    const server = servers.get(address);
    if (server === undefined) return;
    servers.delete(address);
    ports.delete(address);
    const closed = server.then((one) => one?.close()).finally(() => closing.delete(closed));
    closing.add(closed);
  };
  return {
    async open(node) {
      close(node.address);
      const starting = start(node);
      servers.set(node.address, starting);
      const server = await starting;
      if (server !== undefined && servers.get(node.address) === starting)
        ports.set(node.address, server.port);
    },
    close,
    checkLogins: (address) => void servers.get(address)?.then((server) => server?.checkLogins()),
    portOf: (address) => ports.get(address),
    async dispose() {
      for (const address of [...servers.keys()]) close(address);
      await Promise.all(closing);
    },
  };
}
