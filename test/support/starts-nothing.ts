// Before each quick test file: whoever starts a process, opens a socket or makes a thread is told that the file is not quick.
import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import workers from "node:worker_threads";

function refuse(what: string): () => never {
  return () => {
    throw new Error(
      `A quick test must not ${what}. Take "Starts nothing:" out of the file's first comment, or import openly what starts it: see test/support/quick-tests.ts`,
    );
  };
}

for (const name of ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"] as const)
  Object.assign(childProcess, { [name]: refuse(`start a process (${name})`) });
net.Server.prototype.listen = refuse("listen at a socket");
net.Socket.prototype.connect = refuse("connect to a socket");
Object.assign(workers, {
  Worker: class {
    constructor() {
      refuse("make a thread")();
    }
  },
});
syncBuiltinESMExports();
