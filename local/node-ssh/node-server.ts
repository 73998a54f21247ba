// The ssh server of one node: its connections, what they may have open, and how all of it ends.
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import ssh2 from "ssh2";
import type { Connection, Session } from "ssh2";
import type { ProcessEnding } from "../batch-emulator/agent/process-ending.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { authenticate } from "./authentication.ts";
import type { Door } from "./authentication.ts";
import { serveForwarding } from "./forwarding.ts";
import { prepareHome } from "./home.ts";
import { serveSession } from "./session.ts";
import { startSessionProcess } from "./session-process.ts";
import type { SessionProcess } from "./session-process.ts";
import type { WrongPasswords } from "./wrong-passwords.ts";

/** As OpenSSH has it: MaxSessions, LoginGraceTime. */
const mostSessions = 10;
const loginGraceMs = 120_000;
const mostConnections = 50;
const mostForwardings = 64;
/** Between the hang-up and the end of what a connection left. */
const hangUpGraceMs = 2_000;

export interface SshSurroundings {
  readonly hostKey: string;
  readonly wrong: WrongPasswords;
  readonly ending: ProcessEnding;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the variable by which processes of a session are found; another for each. */
  newCookie(): string;
}

export interface SshNode extends Door {
  /** Of every command. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface NodeServer {
  readonly port: number;
  /** Ends the connections of those who may not log in any more. */
  checkLogins(): void;
  close(): Promise<void>;
}

interface Guest {
  readonly socket: Socket;
  /** Undefined until it is known. */
  user: string | undefined;
  /** Resolves when nothing of it runs. */
  leave(graceMs: number): Promise<void>;
}

export function startNodeServer(node: SshNode, around: SshSurroundings): Promise<NodeServer> {
  const { clock } = around;
  const guests = new Set<Guest>();
  const leaving = new Set<Promise<void>>();
  /** By their ports at the other end: the library takes a socket, and names the connection by that once it has introduced itself. */
  const sockets = new Map<number, Socket>();
  const protocol = new ssh2.Server({ hostKeys: [around.hostKey] }, (client, { port }) => {
    client.on("error", () => undefined); // `close` follows
    const socket = sockets.get(port);
    if (socket === undefined) return void client.end();
    const guest = welcome(client, socket, node, around);
    guests.add(guest);
    client.once("close", () => {
      guests.delete(guest);
      const left = guest.leave(hangUpGraceMs).finally(() => leaving.delete(left));
      leaving.add(left);
    });
  });
  const server = createServer((socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined || sockets.size >= mostConnections) return void socket.destroy();
    sockets.set(remotePort, socket);
    const silent = clock.at(clock.now() + loginGraceMs, () => {
      if (![...guests].some((guest) => guest.socket === socket && guest.user !== undefined)) socket.destroy();
    });
    socket.once("close", () => {
      silent.cancel();
      sockets.delete(remotePort);
    });
    socket.setNoDelay(true); // as ssh does: answers are small
    protocol.injectSocket(socket);
  });
  const close = async () => {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    await Promise.all([...guests].map((guest) => guest.leave(0)));
    for (const socket of sockets.values()) socket.destroy();
    await Promise.all([...leaving, closed]);
  };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, node.address, () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        port,
        checkLogins() {
          const names = node.logins().map(({ name }) => name);
          for (const guest of guests)
            if (guest.user !== undefined && !names.includes(guest.user)) void guest.leave(0);
        },
        close,
      });
    });
  });
}

function welcome(client: Connection, socket: Socket, node: SshNode, around: SshSurroundings): Guest {
  const { clock, logger, ending } = around;
  const running = new Set<SessionProcess>();
  let sessions = 0;
  let isGone = false;
  let home: Promise<string> | undefined;
  const guest: Guest = {
    socket,
    user: undefined,
    async leave(graceMs) {
      isGone = true;
      client.end();
      socket.destroySoon();
      await home?.catch(() => undefined);
      await Promise.all([...running].map((one) => one.end(graceMs)));
    },
  };
  authenticate(client, { door: node, wrong: around.wrong, logger }, (name) => {
    guest.user = name;
    logger.info("ssh.loggedIn", { node: node.address, user: name });
  });
  client.on("ready", () => {
    serveForwarding(client, mostForwardings);
    const { user = "" } = guest;
    client.on("session", (accept, reject) => {
      if (isGone) return reject();
      home ??= prepareHome(node.machine, user, node.environment["PATH"] ?? "");
      void home.then(
        (folder) => {
          if (sessions >= mostSessions || isGone) return reject();
          const session = accept() as Session | undefined;
          if (session === undefined) return; // the connection ended meanwhile
          sessions += 1;
          session.once("close", () => (sessions -= 1));
          const environment = environmentOf(node, user, folder);
          serveSession(session, { home: folder, environment }, (program) => {
            const started = startSessionProcess(program, { cookie: around.newCookie(), ending, clock });
            running.add(started);
            return started;
          });
        },
        () => reject(),
      );
    });
  });
  return guest;
}

function environmentOf({ environment }: SshNode, user: string, home: string): Record<string, string> {
  // That of a task, which a login is not.
  const { TMPDIR: _task, ...ofNode } = environment;
  return { ...ofNode, HOME: home, USER: user, LOGNAME: user };
}
