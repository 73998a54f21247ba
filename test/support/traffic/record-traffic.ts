// Around a whole test run: whatever the emulated services of Azure are asked and answer, in this process and in those that tests start, is
// written down (`recorder.cjs`) and held against Microsoft's descriptions at the end (`traffic-verdict.ts`). Counts and violations are said,
// and a violation fails the run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { reportOf, verdictOnTraffic } from "./traffic-verdict.ts";

export default function setup(): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "batchai-traffic-"));
  const recorder = fileURLToPath(new URL("recorder.cjs", import.meta.url));
  const before = process.env["NODE_OPTIONS"] ?? "";
  process.env["NODE_OPTIONS"] = `${before} --require ${JSON.stringify(recorder)}`.trim();
  process.env["BATCHAI_TRAFFIC_FOLDER"] = folder;
  return async () => {
    process.env["NODE_OPTIONS"] = before;
    const verdict = await verdictOnTraffic(folder);
    process.stdout.write(`\n${reportOf(verdict)}\n`);
    const kept = process.env["BATCHAI_TRAFFIC_REPORT"];
    if (kept !== undefined) writeFileSync(kept, `${JSON.stringify(verdict, null, 2)}\n`);
    else rmSync(folder, { recursive: true, force: true });
    if (verdict.violations.length === 0) return;
    // What is thrown here is printed, and no more: the run would be a success.
    process.exitCode = 1;
    throw new Error("Traffic is not as Microsoft describes it: see above.");
  };
}
