// Saves checkpoints and ends itself with SIGKILL in the call to the file system that the second argument counts to. A write that is cut is
// half done.
import fs from "node:fs";
import { Checkpoints } from "../../../recipes/checkpoints/checkpoint.mjs";

const [folder, at] = process.argv.slice(2);
let calls = 0;
for (const name of ["mkdirSync", "writeFileSync", "fsyncSync", "renameSync", "rmSync"]) {
  const original = fs[name];
  fs[name] = (path, ...others) => {
    calls += 1;
    if (calls !== Number(at)) return original(path, ...others);
    if (name === "writeFileSync") original(path, others[0].slice(0, others[0].length / 2));
    process.kill(process.pid, "SIGKILL");
    return undefined;
  };
}
const store = new Checkpoints(folder, 1);
for (const step of [2, 3]) store.save(step, { "a.json": `${step}`.repeat(50_000), "b.json": `${step}` });
