// One session of a connection: a shell or a command on the node, with the node's variables, in the home of whoever logged in; or files.
import type { ServerChannel, Session } from "ssh2";
import type { Readable } from "node:stream";
import type { startSessionProcess } from "./session-process.ts";
import type { SessionProcess } from "./session-process.ts";
import { serveFiles } from "./sftp.ts";
import { hasTerminals, onTerminal, resizeTerminal, shellFor } from "./terminal.ts";
import type { TerminalSize } from "./terminal.ts";

export interface SessionPlace {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
}

type Start = (program: Parameters<typeof startSessionProcess>[0]) => SessionProcess;

interface Terminal extends TerminalSize {
  readonly term: string;
}

/** As Debian's server takes them from clients. */
const takenFromClients = /^(?:LANG|LC_[A-Z]+)$/;

export function serveSession(session: Session, place: SessionPlace, start: Start): void {
  const variables: Record<string, string> = {};
  let terminal: Terminal | undefined;
  let wantedTerminal = false;
  let running: SessionProcess | undefined;
  session.on("env", (accept: (() => void) | undefined, reject: (() => void) | undefined, { key, val }) => {
    if (!takenFromClients.test(key)) return reject?.();
    variables[key] = val;
    accept?.();
  });
  session.on("pty", (accept: (() => void) | undefined, reject: (() => void) | undefined, info) => {
    wantedTerminal = true;
    if (!hasTerminals()) return reject?.();
    // The types leave the terminal's name out where the library has it.
    terminal = { rows: info.rows, cols: info.cols, term: info.term };
    accept?.();
  });
  session.on("window-change", (accept: (() => void) | undefined, _reject, info) => {
    if (terminal !== undefined) terminal = { ...terminal, rows: info.rows, cols: info.cols };
    if (running !== undefined) resizeTerminal(running.pid, info);
    accept?.();
  });
  session.on("signal", (accept: (() => void) | undefined, _reject, { name }) => {
    running?.signal(`SIG${name}` as NodeJS.Signals);
    accept?.();
  });
  const run = (channel: ServerChannel, line: string | undefined) => {
    const words = shellFor(line);
    const [file = "", ...args] = terminal === undefined ? words : onTerminal(words, terminal);
    const term = terminal === undefined ? {} : { TERM: terminal.term };
    const environment = { ...place.environment, ...variables, ...term };
    if (line === undefined && wantedTerminal && terminal === undefined)
      channel.stderr.write(
        "This node has no terminals: its machine lacks script(1) of util-linux 2.37 or later.\n",
      );
    running = start({ file, args, directory: place.home, environment });
    connect(channel, running);
  };
  session.on("shell", (accept) => run(accept(), undefined));
  session.on("exec", (accept, _reject, { command }) => run(accept(), command));
  session.on("sftp", (accept) => serveFiles(accept(), place.home));
}

/** As a server does it: the channel closes when the program has ended and nobody can write to its output any more. */
function connect(channel: ServerChannel, program: SessionProcess): void {
  channel.on("error", () => undefined); // the connection ended
  channel.pipe(program.input);
  program.output.pipe(channel, { end: false });
  program.errors.pipe(channel.stderr, { end: false });
  void Promise.all([program.ended, endOf(program.output), endOf(program.errors)]).then(
    ([{ code, signal }]) => {
      if (signal === null) channel.exit(code ?? 255);
      else channel.exit(signal.slice("SIG".length), false, "");
      channel.end();
    },
  );
}

const endOf = (stream: Readable) => new Promise<void>((resolve) => void stream.once("close", resolve));
