// The interpreter's contract, one row for each rule: what an action list and a history lead to.
import { eventTypes, type HistoryEvent } from "../../../../../local/durable-engine/replay/history-events.ts";
import {
  activity,
  any,
  all,
  callEntity,
  completed,
  created,
  event,
  failed,
  fired,
  http,
  lock,
  raised,
  release,
  retried,
  scheduled,
  sent,
  signal,
  start,
  startMs,
  sub,
  timer,
  timerCreated,
  turn,
  wait,
} from "./histories.ts";

export interface Row {
  name: string;
  actions: unknown[];
  history: HistoryEvent[];
  over?: boolean;
  /** `kind:number` and what tells it from others. */
  decisions: string[];
  settled?: boolean;
}

const day = 24 * 3_600_000;
const policy = { firstRetryIntervalInMilliseconds: 1000, maxNumberOfAttempts: 2 };

export const rows: Row[] = [
  {
    name: "CallActivity uses one number and is scheduled",
    actions: [activity("A")],
    history: start(),
    decisions: ["activity:0 A"],
  },
  {
    name: "CallActivity that has completed lets the next entry start",
    actions: [activity("A"), activity("B")],
    history: [...start(), scheduled(0, "A"), ...turn(completed(0))],
    decisions: ["activity:1 B"],
  },
  {
    name: "a failed entry lets the next one start, too: error flow is the SDK's business",
    actions: [activity("A"), activity("B")],
    history: [...start(), scheduled(0, "A"), ...turn(failed(0))],
    decisions: ["activity:1 B"],
  },
  {
    name: "CallActivityWithRetry uses a number for the retry timer after a failure",
    actions: [retried("A", policy)],
    history: [...start(), scheduled(0, "A"), ...turn(failed(0))],
    decisions: [`timer:1 +1000`],
  },
  {
    name: "CallActivityWithRetry schedules again when the retry timer fires",
    actions: [retried("A", policy)],
    history: [...start(), scheduled(0, "A"), ...turn(failed(0)), timerCreated(1), ...turn(fired(1))],
    decisions: ["activity:2 A"],
  },
  {
    name: "a retry timer is also created after the last failed attempt",
    actions: [retried("A", policy)],
    history: [
      ...start(),
      scheduled(0, "A"),
      ...turn(failed(0)),
      timerCreated(1),
      ...turn(fired(1)),
      scheduled(2, "A"),
      ...turn(failed(2)),
    ],
    decisions: ["timer:3 +1000"],
  },
  {
    name: "the task has failed when the timer after the last attempt has fired",
    actions: [retried("A", { ...policy, maxNumberOfAttempts: 1 }), activity("B")],
    history: [...start(), scheduled(0, "A"), ...turn(failed(0)), timerCreated(1), ...turn(fired(1))],
    decisions: ["activity:2 B"],
  },
  {
    name: "a passed retry timeout ends the task without a timer",
    actions: [retried("A", { ...policy, retryTimeoutInMilliseconds: 0 }), activity("B")],
    history: [...start(), scheduled(0, "A"), ...turn(failed(0))],
    decisions: ["activity:1 B"],
  },
  {
    name: "two retried tasks in parallel number their timers in the order of their failures",
    actions: [all(retried("A", policy), retried("B", policy))],
    history: [...start(), scheduled(0, "A"), scheduled(1, "B"), ...turn(failed(1), failed(0))],
    decisions: ["timer:2 +1000", "timer:3 +1000"],
  },
  {
    name: "CallSubOrchestrator without an id is named after the parent's execution and its number",
    actions: [activity("A"), sub("Child")],
    history: [...start(), scheduled(0, "A"), ...turn(completed(0))],
    decisions: ["subOrchestration:1 Child exec:1"],
  },
  {
    name: "CallSubOrchestrator keeps a given id",
    actions: [sub("Child", "mine")],
    history: start(),
    decisions: ["subOrchestration:0 Child mine"],
  },
  {
    name: "CallSubOrchestratorWithRetry makes a new child after the timer",
    actions: [sub("Child", undefined, policy)],
    history: [
      ...start(),
      created(0, "Child", "exec:0"),
      ...turn(event(eventTypes.subOrchestrationFailed, { TaskScheduledId: 0, Reason: "r", Details: "d" })),
      timerCreated(1),
      ...turn(fired(1)),
    ],
    decisions: ["subOrchestration:2 Child exec:2"],
  },
  {
    name: "CreateTimer uses one number",
    actions: [timer(5000)],
    history: start(),
    decisions: ["timer:0 +5000"],
  },
  {
    name: "a timer of exactly six days is one timer",
    actions: [timer(6 * day)],
    history: start(),
    decisions: [`timer:0 +${6 * day}`],
  },
  {
    name: "a timer longer than six days is made of legs of three days",
    actions: [timer(10 * day)],
    history: start(),
    decisions: [`timer:0 +${3 * day}`],
  },
  {
    name: "the next leg of a long timer gets the next number",
    actions: [timer(10 * day)],
    history: [...start(), timerCreated(0), ...turn.at(3 * day, fired(0))],
    decisions: [`timer:1 +${6 * day}`],
  },
  {
    name: "the last leg of a long timer ends at the wanted time",
    actions: [timer(10 * day)],
    history: [
      ...start(),
      timerCreated(0),
      ...turn.at(3 * day, fired(0)),
      timerCreated(1),
      ...turn.at(6 * day, fired(1)),
    ],
    decisions: [`timer:2 +${10 * day}`],
  },
  {
    name: "a cancelled timer counts as ended at once",
    actions: [any(wait("Go"), timer(5000, true)), activity("A")],
    history: [...start(), timerCreated(0), ...turn(raised("Go"))],
    decisions: ["activity:1 A"],
  },
  {
    name: "a late TimerFired of a cancelled timer is ignored",
    actions: [any(wait("Go"), timer(5000, true)), activity("A")],
    history: [...start(), timerCreated(0), ...turn(raised("Go")), scheduled(1, "A"), ...turn(fired(0))],
    decisions: [],
  },
  {
    name: "WaitForExternalEvent uses no number",
    actions: [wait("Go"), activity("A")],
    history: [...start(), ...turn(raised("Go"))],
    decisions: ["activity:0 A"],
  },
  {
    name: "an event that came before its wait is kept for it",
    actions: [activity("A"), wait("Go"), activity("B")],
    history: [...start(), scheduled(0, "A"), ...turn(raised("Go")), ...turn(completed(0))],
    decisions: ["activity:1 B"],
  },
  {
    name: "the host compares event names ignoring case",
    actions: [wait("Go"), activity("A")],
    history: [...start(), ...turn(raised("GO"))],
    decisions: ["activity:0 A"],
  },
  {
    name: "the newest wait is served first",
    actions: [all(wait("Go"), any(wait("Go"), activity("A"))), activity("B")],
    history: [...start(), scheduled(0, "A"), ...turn(raised("Go"))],
    decisions: [],
  },
  {
    name: "CallEntity uses one number and sends `op`",
    actions: [callEntity("@counter@a", "add", 1)],
    history: start(),
    decisions: ["send:0 op @counter@a call"],
  },
  {
    name: "an entity call ends with the event named like its request",
    actions: [callEntity("@counter@a", "add", 1), activity("A")],
    history: [...start(), sent(0, "@counter@a", "op", "req-1"), ...turn(raised("req-1"))],
    decisions: ["activity:1 A"],
  },
  {
    name: "SignalEntity uses one number and isn't waited for",
    actions: [signal("@counter@a", "add"), activity("A")],
    history: start(),
    decisions: ["send:0 op @counter@a signal", "activity:1 A"],
  },
  {
    name: "ScheduledSignalEntity carries its time",
    actions: [{ ...signal("@counter@a", "add"), actionType: 10, fireAt: new Date(startMs + 50) }],
    history: start(),
    decisions: ["send:0 op @counter@a signal +50"],
  },
  {
    name: "LockEntities asks the first entity for all of them",
    actions: [lock("l1", ["counter", "a"], ["Counter", "b"])],
    history: start(),
    decisions: ["send:0 op @counter@a lock @counter@a,@counter@b"],
  },
  {
    name: "ReleaseEntities uses one number for each lock held",
    actions: [lock("l1", ["c", "a"], ["c", "b"]), release(), activity("A")],
    history: [...start(), sent(0, "@c@a", "op", "l1"), ...turn(raised("l1"))],
    decisions: ["send:1 release @c@a release", "send:2 release @c@b release", "activity:3 A"],
  },
  {
    name: "CallHttp is an activity of the host",
    actions: [http("GET", "http://x/")],
    history: start(),
    decisions: ["http:0 GET http://x/"],
  },
  {
    name: "CallHttp waits as long as a 202 answer says",
    actions: [http("POST", "http://x/a")],
    history: [
      ...start(),
      scheduled(0, "BuiltIn::HttpActivity"),
      ...turn(completed(0, '{"statusCode":202,"headers":{"Location":"/b","Retry-After":"7"},"content":""}')),
    ],
    decisions: ["timer:1 +7000"],
  },
  {
    name: "CallHttp waits 30 seconds when a 202 answer doesn't say how long, and then asks where the answer points",
    actions: [http("POST", "http://x/a")],
    history: [
      ...start(),
      scheduled(0, "BuiltIn::HttpActivity"),
      ...turn(completed(0, '{"statusCode":202,"headers":{"Location":"/b"},"content":""}')),
      timerCreated(1),
      ...turn.at(30_000, fired(1)),
    ],
    decisions: ["http:2 GET http://x/b"],
  },
  {
    name: "CallHttp without polling takes a 202 as the answer",
    actions: [http("POST", "http://x/a", false), activity("A")],
    history: [
      ...start(),
      scheduled(0, "BuiltIn::HttpActivity"),
      ...turn(completed(0, '{"statusCode":202,"headers":{"Location":"/b"},"content":""}')),
    ],
    decisions: ["activity:1 A"],
  },
  {
    name: "WhenAll numbers its children depth-first, left to right",
    actions: [all(activity("A"), any(activity("B"), timer(10)), activity("C"))],
    history: start(),
    decisions: ["activity:0 A", "activity:1 B", "timer:2 +10", "activity:3 C"],
  },
  {
    name: "WhenAll ends on the host only when every child has ended, failed or not",
    actions: [all(activity("A"), activity("B")), activity("C")],
    history: [...start(), scheduled(0, "A"), scheduled(1, "B"), ...turn(failed(0))],
    decisions: [],
  },
  {
    name: "WhenAny ends with its first child",
    actions: [any(activity("A"), activity("B")), activity("C")],
    history: [...start(), scheduled(0, "A"), scheduled(1, "B"), ...turn(completed(1))],
    decisions: ["activity:2 C"],
  },
  {
    name: "a retried loser of WhenAny goes on taking numbers",
    actions: [any(retried("A", policy), activity("B")), activity("C")],
    history: [...start(), scheduled(0, "A"), scheduled(1, "B"), ...turn(completed(1), failed(0))],
    decisions: ["activity:2 C", "timer:3 +1000"],
  },
  {
    name: "duplicates of a completion are ignored",
    actions: [activity("A"), activity("B"), activity("C")],
    history: [...start(), scheduled(0, "A"), ...turn(completed(0), completed(0), failed(0))],
    decisions: ["activity:1 B"],
  },
  {
    name: "an instance whose code has returned isn't settled while an activity is open",
    actions: [any(activity("A"), activity("B"))],
    history: [...start(), scheduled(0, "A"), scheduled(1, "B"), ...turn(completed(0))],
    over: true,
    decisions: [],
    settled: false,
  },
  {
    name: "an open wait for an external event doesn't keep an instance from ending",
    actions: [any(wait("Go"), activity("A"))],
    history: [...start(), scheduled(0, "A"), ...turn(completed(0))],
    over: true,
    decisions: [],
    settled: true,
  },
  {
    name: "an empty action list of a finished orchestrator is settled",
    actions: [],
    history: start(),
    over: true,
    decisions: [],
    settled: true,
  },
];
