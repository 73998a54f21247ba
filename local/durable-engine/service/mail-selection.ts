// Which of an instance's messages a turn takes. While suspended only commands are taken; everything else keeps waiting in
// its order. Pure.
import { eventTypes } from "../replay/history-events.ts";
import type { RuntimeStatus } from "../engine-contract.ts";
import type { InstanceRow } from "../store/durable-store.ts";
import { mailEvent, type Mail } from "./mailboxes.ts";

export interface Selection {
  /** Messages that become events of this turn. */
  deliver: Mail[];
  /** Messages that this turn deletes: the delivered ones and those for an execution that is over. */
  consume: Mail[];
  /** Status after the turn, unless the instance ends. */
  status: Extract<RuntimeStatus, "Running" | "Suspended">;
  /** Reason of a termination. */
  terminated?: string;
  /** The orchestrator has something to run for. */
  runs: boolean;
}

export function selectMail(row: InstanceRow, mails: readonly Mail[]): Selection {
  const selection: Selection = {
    deliver: [],
    consume: [],
    status: row.status === "Suspended" ? "Suspended" : "Running",
    runs: false,
  };
  const held: Mail[] = [];
  const take = (mail: Mail, command: boolean) => {
    selection.runs ||= !command;
    selection.deliver.push(mail);
    selection.consume.push(mail);
  };
  for (const mail of mails) {
    if (mail.execution !== null && mail.execution !== row.execution) {
      selection.consume.push(mail);
      continue;
    }
    const event = mailEvent(mail);
    const command = isCommand(event.EventType);
    if (selection.status === "Suspended" && !command) {
      held.push(mail);
      continue;
    }
    take(mail, command);
    if (event.EventType === eventTypes.executionSuspended) selection.status = "Suspended";
    if (event.EventType === eventTypes.executionResumed) {
      selection.status = "Running";
      for (const earlier of held.splice(0)) take(earlier, false);
    }
    if (event.EventType === eventTypes.executionTerminated) {
      selection.terminated = event.Input ?? "";
      return selection;
    }
  }
  return selection;
}

/** True when there is a message that a turn would take now. */
export function hasWork(status: string, mails: readonly Mail[]): boolean {
  if (status !== "Suspended") return mails.length > 0;
  return mails.some((mail) => isCommand(mailEvent(mail).EventType));
}

function isCommand(eventType: number): boolean {
  return (
    eventType === eventTypes.executionSuspended ||
    eventType === eventTypes.executionResumed ||
    eventType === eventTypes.executionTerminated
  );
}
