// A machine that is gone before Batch knows: its processes end and its address answers no more, and some time later Batch takes its node for
// evicted. So it is where no notice comes: peers in a gang see the loss first. What Batch hears at once (the end of a task's first
// or only instance) cannot be lost so. Not kept: after a restart the node is as if nothing had happened.
import { BatchFault } from "../account/fault.ts";
import type { AccountState } from "../account/account-state.ts";
import type { Node } from "../entities/model.ts";
import { coordinationLaunchId } from "../launches/launches.ts";
import { evictable, preemptNode, refuseEviction } from "../pools/node-commands.ts";

export function loseMachine(account: AccountState, node: Node, unseenMs: number): void {
  refuseEviction(node);
  if ([...node.runs.values()].includes(0))
    throw new BatchFault(
      409,
      "OperationNotValidOnNode",
      "The node runs the first or only instance of a task: name one that runs another instance, or evict it without unseenMs.",
    );
  account.ports.support.nodeDown(node.address);
  for (const [run, index] of node.runs)
    account.background("node.loss", account.ports.executor.kill(coordinationLaunchId(run, index)));
  account.clock.at(account.clock.now() + unseenMs, () => {
    if (account.closed || !node.pool.nodes.has(node.key) || !evictable(node)) return;
    preemptNode(account, node);
    account.background("evictions.save", account.commit());
  });
}
