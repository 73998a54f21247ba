// The dead-man's switch of a pool: an autoscale formula that keeps the pool as it is until a moment, and empties it afterwards.
// Source: "Automatically scale compute nodes in an Azure Batch pool". See docs/adr/0012.
import type { PoolExpiry } from "../pools.ts";

export function expiryFormula({ nodes, lowPriority, at }: PoolExpiry): string {
  const wanted = `time() < time("${at}") ? ${nodes} : 0`;
  const [dedicated, spot] = lowPriority ? ["0", wanted] : [wanted, "0"];
  return [
    `$TargetDedicatedNodes = ${dedicated};`,
    `$TargetLowPriorityNodes = ${spot};`,
    "$NodeDeallocationOption = taskcompletion;",
  ].join("\n");
}
