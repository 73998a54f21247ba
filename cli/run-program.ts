// Another program that takes the terminal, such as ssh.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { CommandError } from "./failure.ts";

export function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: "inherit", env: { ...environment } });
    // Ctrl-C of a terminal comes to both; what is sent to this process alone is passed on, so that no tunnel outlives it.
    const passOn = () => void child.kill("SIGTERM");
    process.once("SIGTERM", passOn);
    child.once("exit", () => process.removeListener("SIGTERM", passOn));
    child.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "ENOENT" ? "it is not installed here" : error.message;
      reject(new CommandError(`${program} cannot be run: ${why}.`));
    });
    // As a shell tells an end by a signal.
    child.once("exit", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
