// The legal state transitions of every entity, as tables. Nothing changes a state but `assertTransition` has agreed.
// Sources: Azure Batch REST reference (state enumerations), "Job preparation and completion", "Nodes and pools".

export const poolMachine = {
  active: ["deleting"],
  deleting: [],
} as const;

export const allocationMachine = {
  steady: ["resizing"],
  resizing: ["steady", "stopping"],
  stopping: ["steady"],
} as const;

export const nodeMachine = {
  creating: ["starting", "leavingpool", "unusable", "preempted"],
  starting: [
    "waitingforstarttask",
    "idle",
    "offline",
    "unusable",
    "leavingpool",
    "preempted",
    "rebooting",
    "reimaging",
  ],
  waitingforstarttask: [
    "idle",
    "offline",
    "starttaskfailed",
    "unusable",
    "rebooting",
    "reimaging",
    "leavingpool",
    "preempted",
  ],
  starttaskfailed: ["rebooting", "reimaging", "leavingpool", "preempted", "deallocating"],
  idle: [
    "running",
    "offline",
    "rebooting",
    "reimaging",
    "leavingpool",
    "preempted",
    "unusable",
    "deallocating",
  ],
  running: [
    "idle",
    "offline",
    "rebooting",
    "reimaging",
    "leavingpool",
    "preempted",
    "unusable",
    "deallocating",
  ],
  offline: [
    "idle",
    "running",
    "rebooting",
    "reimaging",
    "leavingpool",
    "preempted",
    "unusable",
    "deallocating",
  ],
  rebooting: ["starting", "leavingpool", "preempted"],
  reimaging: ["starting", "leavingpool", "preempted"],
  unusable: ["rebooting", "reimaging", "leavingpool", "preempted", "deallocating"],
  preempted: ["creating", "leavingpool"],
  deallocating: ["deallocated", "leavingpool"],
  deallocated: ["starting", "leavingpool"],
  leavingpool: [],
} as const;

export const jobMachine = {
  active: ["disabling", "terminating", "deleting"],
  disabling: ["disabled", "terminating", "deleting"],
  disabled: ["disabling", "enabling", "terminating", "deleting"],
  enabling: ["active", "terminating", "deleting"],
  terminating: ["completed", "deleting"],
  completed: ["deleting"],
  deleting: [],
} as const;

export const taskMachine = {
  active: ["preparing", "running", "completed"],
  preparing: ["active", "running", "completed"],
  running: ["active", "completed"],
  completed: ["active"],
} as const;

export const scheduleMachine = {
  active: ["disabled", "terminating", "completed", "deleting"],
  disabled: ["active", "terminating", "completed", "deleting"],
  terminating: ["completed", "deleting"],
  completed: ["deleting"],
  deleting: [],
} as const;

export type PoolState = keyof typeof poolMachine;
export type AllocationState = keyof typeof allocationMachine;
export type NodeState = keyof typeof nodeMachine;
export type JobState = keyof typeof jobMachine;
export type TaskState = keyof typeof taskMachine;
export type ScheduleState = keyof typeof scheduleMachine;

/** Throws when the machine has no such edge: a bug of the emulator, never of a caller. */
export function assertTransition<S extends string>(
  machine: Readonly<Record<S, readonly string[]>>,
  from: S,
  to: S,
): void {
  if (!machine[from].includes(to)) throw new Error(`illegal transition ${from} -> ${to}`);
}
