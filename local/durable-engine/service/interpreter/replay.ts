// One replay of an execution on the host's side: walks the history and works off the action list as the extension does,
// entry after entry, each awaited before the next is started. Invariant: SDK and host hand out the same sequence number
// to the same task, because both number a task when it is started, depth-first and left to right.
// No clock, no store, no ids made here: equal arguments give equal results.
import {
  actionTypes,
  childActions,
  dateField,
  httpCall,
  lockSet,
  MalformedActionError,
  optionalText,
  rawAction,
  retryPolicy,
  textField,
  type HttpCall,
  type RawAction,
} from "../../replay/actions.ts";
import { entityId } from "../../replay/entity-messages.ts";
import { eventTypes, type HistoryEvent } from "../../replay/history-events.ts";
import { timerLimits } from "../../replay/trigger.ts";
import { mismatchOf } from "./confirmation.ts";
import type { Decision, EntityCommand, Mismatch } from "./decisions.ts";
import { ExternalEvents } from "./external-events.ts";
import { nextPoll } from "./http-polling.ts";
import { retryDelayMs } from "./retry.ts";
import { endTask, newTask, type Task } from "./tasks.ts";

interface OpenTask {
  task: Task;
  timer: boolean;
  /** What an event for this number does; absent = it ends the task. */
  next?: (event: HistoryEvent, failed: boolean) => void;
}

type SubOrchestration = Omit<Extract<Decision, { kind: "subOrchestration" }>, "id" | "instanceId"> & {
  instanceId: string | undefined;
};

export class Replay {
  readonly unconfirmed = new Map<number, Decision>();
  readonly open = new Map<number, OpenTask>();
  readonly cancelledTimers = new Set<number>();
  readonly carryOver: number[] = [];
  /** Numbers used by each activity or sub-orchestration that has failed for good. */
  readonly failedNumbers: number[][] = [];
  continueAsNew: { input: unknown } | undefined;
  mismatch: Mismatch | undefined;
  awaited: Task | undefined;
  heldLocks: string[] = [];
  readonly #actions: readonly unknown[];
  readonly #executionId: string;
  readonly #events = new ExternalEvents();
  /** Entity calls and locks by the id of their request. */
  readonly #responses = new Map<string, { task: Task; locks: string[] | undefined }>();
  #position = 0;
  #nextNumber = 0;
  #nowMs = 0;

  constructor(actions: readonly unknown[], executionId: string) {
    this.#actions = actions;
    this.#executionId = executionId;
  }

  /** The action list is worked off, apart from what may still be open. */
  get exhausted(): boolean {
    return this.awaited === undefined && this.#position >= this.#actions.length;
  }

  get unstarted(): number {
    return this.#actions.length - this.#position;
  }

  get handedOut(): number {
    return this.#nextNumber;
  }

  run(history: readonly HistoryEvent[]): void {
    for (let index = 0; index < history.length && this.mismatch === undefined; index += 1) {
      const event = history[index];
      if (event !== undefined) this.#apply(event, index);
    }
  }

  #apply(event: HistoryEvent, position: number): void {
    switch (event.EventType) {
      case eventTypes.orchestratorStarted:
        this.#nowMs = Date.parse(event.Timestamp);
        return;
      case eventTypes.executionStarted:
        this.#startNext();
        return;
      case eventTypes.taskScheduled:
      case eventTypes.subOrchestrationCreated:
      case eventTypes.timerCreated:
      case eventTypes.eventSent:
        this.#confirm(event, position);
        return;
      case eventTypes.taskCompleted:
      case eventTypes.subOrchestrationCompleted:
        this.#complete(event.TaskScheduledId, event, false);
        return;
      case eventTypes.taskFailed:
      case eventTypes.subOrchestrationFailed:
        this.#complete(event.TaskScheduledId, event, true);
        return;
      case eventTypes.timerFired:
        this.#complete(event.TimerId, event, false);
        return;
      case eventTypes.eventRaised:
        this.#raise(event.Name ?? "", position);
        return;
      default:
        return;
    }
  }

  #confirm(event: HistoryEvent, position: number): void {
    const decision = this.unconfirmed.get(event.EventId);
    this.mismatch = mismatchOf(event, position, decision);
    if (this.mismatch !== undefined || decision === undefined) return;
    this.unconfirmed.delete(event.EventId);
    if (decision.kind === "send" && typeof event.Input === "string")
      this.#expectResponse(decision, event.Input);
  }

  /** From here on an event named like the request answers it. */
  #expectResponse(decision: Extract<Decision, { kind: "send" }>, input: string): void {
    const open = this.#pendingSends.get(decision.id);
    if (open === undefined) return;
    this.#pendingSends.delete(decision.id);
    const { id } = JSON.parse(input) as { id: string };
    this.#responses.set(id, open);
  }

  readonly #pendingSends = new Map<number, { task: Task; locks: string[] | undefined }>();

  #complete(number: number | undefined, event: HistoryEvent, failed: boolean): void {
    if (number === undefined) return;
    const open = this.open.get(number);
    if (open === undefined) return; // a duplicate
    this.open.delete(number);
    if (open.next === undefined) this.#end(open.task, failed);
    else open.next(event, failed);
  }

  #raise(name: string, position: number): void {
    const response = this.#responses.get(name);
    if (response !== undefined) {
      this.#responses.delete(name);
      if (response.locks !== undefined) this.heldLocks = response.locks;
      this.#end(response.task, false);
      return;
    }
    if (this.continueAsNew !== undefined) {
      this.carryOver.push(position);
      return;
    }
    const task = this.#events.raise(name);
    if (task !== undefined) this.#end(task, false);
  }

  #end(task: Task, failed: boolean): void {
    const root = endTask(task, failed);
    if (root !== undefined && root === this.awaited) this.#startNext();
  }

  #startNext(): void {
    this.awaited = undefined;
    while (this.#position < this.#actions.length) {
      const task = this.#start(rawAction(this.#actions[this.#position++]), undefined);
      if (!task.done) {
        this.awaited = task;
        return;
      }
    }
  }

  #start(action: RawAction, parent: Task | undefined): Task {
    switch (action.actionType) {
      case actionTypes.whenAll:
      case actionTypes.whenAny:
        return this.#startCompound(action, parent);
      case actionTypes.callActivity:
      case actionTypes.callActivityWithRetry:
        return this.#startActivity(action, parent);
      case actionTypes.callSubOrchestrator:
      case actionTypes.callSubOrchestratorWithRetry:
        return this.#startSubOrchestration(action, parent);
      case actionTypes.createTimer:
        return this.#startTimer(dateField(action, "fireAt"), action["isCanceled"] === true, parent);
      case actionTypes.callHttp:
        return this.#startHttp(httpCall(action), parent);
      case actionTypes.waitForExternalEvent: {
        const task = newTask("leaf", parent);
        if (this.#events.wait(textField(action, "externalEventName"), task)) endTask(task, false);
        return task;
      }
      default:
        return this.#startMessage(action, parent);
    }
  }

  #startCompound(action: RawAction, parent: Task | undefined): Task {
    const children = childActions(action);
    const mode = action.actionType === actionTypes.whenAll ? "all" : "any";
    const task = newTask(mode, parent, children.length);
    for (const child of children) task.children.push(this.#start(rawAction(child), task));
    return task;
  }

  #startActivity(action: RawAction, parent: Task | undefined): Task {
    const name = textField(action, "functionName");
    const input = action["input"];
    const decide = (id: number): Decision => ({ kind: "activity", id, name, input });
    if (action.actionType === actionTypes.callActivityWithRetry)
      return this.#startRetried(action, parent, decide);
    return this.#startOnce(parent, decide);
  }

  #startSubOrchestration(action: RawAction, parent: Task | undefined): Task {
    const child: SubOrchestration = {
      kind: "subOrchestration",
      name: textField(action, "functionName"),
      instanceId: optionalText(action, "instanceId"),
      input: action["input"],
      version: optionalText(action, "version"),
    };
    const decide = (id: number): Decision => ({
      ...child,
      id,
      instanceId: child.instanceId ?? `${this.#executionId}:${id}`,
    });
    if (action.actionType === actionTypes.callSubOrchestratorWithRetry)
      return this.#startRetried(action, parent, decide);
    return this.#startOnce(parent, decide);
  }

  #startOnce(parent: Task | undefined, decide: (id: number) => Decision): Task {
    const task = newTask("leaf", parent);
    const id = this.#decide(decide);
    this.open.set(id, {
      task,
      timer: false,
      next: (_event, failed) => {
        if (failed) this.failedNumbers.push([id]);
        this.#end(task, failed);
      },
    });
    return task;
  }

  /** The host alone decides about retries; a timer follows the last failed attempt, too, and the SDK waits for it. */
  #startRetried(action: RawAction, parent: Task | undefined, decide: (id: number) => Decision): Task {
    const task = newTask("retry", parent);
    const policy = retryPolicy(action);
    const startedMs = this.#nowMs;
    const used: number[] = [];
    let failures = 0;
    const giveUp = () => {
      this.failedNumbers.push(used);
      this.#end(task, true);
    };
    const attempt = () => {
      const id = this.#decide(decide);
      used.push(id);
      this.open.set(id, {
        task,
        timer: false,
        next: (_event, failed) => (failed ? wait() : this.#end(task, false)),
      });
    };
    const wait = () => {
      const delayMs = retryDelayMs(policy, failures, startedMs, this.#nowMs);
      failures += 1;
      if (delayMs <= 0) return giveUp();
      const id = this.#decideTimer(this.#nowMs + delayMs);
      used.push(id);
      this.open.set(id, {
        task,
        timer: true,
        next: () => (failures < policy.maxAttempts ? attempt() : giveUp()),
      });
    };
    attempt();
    return task;
  }

  /** Long timers are chains of legs with a number each. A cancelled timer counts as ended from the start. */
  #startTimer(fireAtMs: number, cancelled: boolean, parent: Task | undefined): Task {
    const task = newTask("leaf", parent);
    const long = fireAtMs - this.#nowMs > timerLimits.maximumShortTimerMs;
    const leg = () => {
      const leftMs = fireAtMs - this.#nowMs;
      const legMs =
        leftMs > timerLimits.maximumShortTimerMs ? this.#nowMs + timerLimits.longTimerLegMs : fireAtMs;
      const id = this.#decideTimer(legMs);
      if (cancelled) this.cancelledTimers.add(id);
      this.open.set(id, {
        task,
        timer: true,
        next: () => {
          this.cancelledTimers.delete(id);
          if (long && fireAtMs > this.#nowMs) leg();
          else this.#end(task, false);
        },
      });
    };
    leg();
    if (cancelled) endTask(task, true);
    return task;
  }

  /** One request, then a timer and another request for as long as the answer is "202, look there". */
  #startHttp(call: HttpCall, parent: Task | undefined): Task {
    const task = newTask("leaf", parent);
    const request = (current: HttpCall) => {
      const id = this.#decide((number) => ({ kind: "http", id: number, call: current }));
      this.open.set(id, {
        task,
        timer: false,
        next: (event, failed) => {
          const poll = failed ? undefined : nextPoll(current, event.Result);
          if (poll === undefined) return this.#end(task, failed);
          const timer = this.#decideTimer(this.#nowMs + poll.delayMs);
          this.open.set(timer, { task, timer: true, next: () => request(poll.call) });
        },
      });
    };
    request(call);
    return task;
  }

  #startMessage(action: RawAction, parent: Task | undefined): Task {
    const task = newTask("leaf", parent);
    switch (action.actionType) {
      case actionTypes.callEntity: {
        const command: EntityCommand = {
          kind: "call",
          operation: textField(action, "operation"),
          input: action["input"],
        };
        const id = this.#send(textField(action, "instanceId"), "op", command);
        this.#pendingSends.set(id, { task, locks: undefined });
        return task;
      }
      case actionTypes.lockEntities: {
        const lockset = lockSet(action).map((entity) => entityId(entity.name, entity.key));
        const command: EntityCommand = { kind: "lock", id: textField(action, "lockRequestId"), lockset };
        const id = this.#send(lockset[0] ?? "", "op", command);
        this.#pendingSends.set(id, { task, locks: lockset });
        return task;
      }
      case actionTypes.signalEntity:
      case actionTypes.scheduledSignalEntity: {
        const scheduled = action.actionType === actionTypes.scheduledSignalEntity;
        this.#send(textField(action, "instanceId"), "op", {
          kind: "signal",
          operation: textField(action, "operation"),
          input: action["input"],
          dueMs: scheduled ? dateField(action, "fireAt") : undefined,
        });
        break;
      }
      case actionTypes.releaseEntities:
        for (const entity of this.heldLocks)
          this.#send(entity, "release", { kind: "release", id: undefined });
        this.heldLocks = [];
        break;
      case actionTypes.continueAsNew:
        this.continueAsNew = { input: action["input"] };
        break;
      default:
        throw new MalformedActionError(`an action of unknown type ${action.actionType}`);
    }
    endTask(task, false);
    return task;
  }

  #send(target: string, event: "op" | "release", message: EntityCommand): number {
    return this.#decide((id) => ({ kind: "send", id, target, event, message }));
  }

  #decideTimer(fireAtMs: number): number {
    return this.#decide((id) => ({ kind: "timer", id, fireAtMs }));
  }

  #decide(decide: (id: number) => Decision): number {
    const id = this.#nextNumber++;
    this.unconfirmed.set(id, decide(id));
    return id;
  }
}
