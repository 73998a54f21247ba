// What the emulator knows of a node's past, as lines of a log in order of time. Pure.
import type { Node, StartTaskInfo } from "../entities/model.ts";

interface Line {
  readonly at: number | undefined;
  readonly text: string;
}

/** The lines between two times, in the form `time text`. */
export function nodeLog(node: Node, from: number, until: number): string {
  const lines = [
    { at: node.createdAt, text: `node ${node.id} was asked for by pool ${node.pool.id}` },
    { at: node.allocatedAt === 0 ? undefined : node.allocatedAt, text: `allocated, address ${node.address}` },
    { at: node.bootedAt, text: `booted (boot ${node.boots})` },
    ...startTaskLines(node.startTask),
    ...node.recentTasks.flatMap((task): Line[] => {
      const name = `task ${task.jobId}/${task.taskId}${task.subtaskId === undefined ? "" : ` (${task.subtaskId})`}`;
      return [
        { at: task.startedAt, text: `${name} started` },
        {
          at: task.endedAt,
          text: `${name} ended: ${task.result ?? "ended"}, exit code ${task.exitCode ?? "none"}`,
        },
      ];
    }),
    ...node.errors.map(({ code, message }) => ({ at: node.stateAt, text: `error ${code}: ${message}` })),
    { at: node.stateAt, text: `state ${node.state}, scheduling ${node.scheduling}` },
  ];
  return lines
    .filter(({ at }) => at !== undefined && at >= from && at <= until)
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .map(({ at, text }) => `${new Date(at ?? 0).toISOString()} ${text}\n`)
    .join("");
}

function startTaskLines(info: StartTaskInfo | undefined): Line[] {
  if (info === undefined) return [];
  return [
    { at: info.startedAt, text: `start task started (retry ${info.retryCount})` },
    { at: info.endedAt, text: `start task ended: exit code ${info.exitCode ?? "none"}` },
  ];
}
