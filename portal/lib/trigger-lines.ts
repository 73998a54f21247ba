// The command lines of what the pages of triggers show and do.
import { ownVersion, writersOf } from "./command-lines.ts";
import { triggerPath, workspacePath } from "./places.ts";
import type { Place } from "./places.ts";
import type { CommandLine } from "./request-lines.ts";

export function triggerLines(place: Place, origin: string) {
  const writers = { ...writersOf(place, origin), ...wordsIn(place) };
  return { ...reading(place, writers), ...acting(writers) };
}

type Writers = ReturnType<typeof writersOf> & ReturnType<typeof wordsIn>;
const version = ownVersion;

function wordsIn(place: Place) {
  const inWorkspace = ["-g", place.group, "-w", place.workspace];
  return {
    at: (trigger: string, tail = "") => `${triggerPath(place, trigger)}${tail}`,
    words: (
      noun: "trigger" | "schedule",
      verb: string,
      trigger: string,
      ...more: readonly string[]
    ): readonly string[] => [noun, verb, ...inWorkspace, "-n", trigger, ...more],
  };
}

function reading(place: Place, { inWorkspace, both, at, words }: Writers) {
  return {
    triggers: (): CommandLine =>
      both(["trigger", "list", ...inWorkspace], "GET", `${workspacePath(place)}/triggers`, { version }),
    trigger: (trigger: string): CommandLine =>
      both(words("trigger", "show", trigger), "GET", at(trigger), { version }),
    firings: (trigger: string, decision: string): CommandLine =>
      both(
        words("trigger", "firings", trigger, ...(decision === "" ? [] : ["--decision", decision])),
        "GET",
        at(trigger, `/firings${decision === "" ? "" : `?decision=${decision}`}`),
        { version },
      ),
    next: (trigger: string): CommandLine =>
      both(words("schedule", "next", trigger), "GET", at(trigger, "/nextFireTimes?count=5"), { version }),
  };
}

function acting({ requests, both, at, words }: Writers) {
  return {
    pause: (trigger: string, reason: string): CommandLine =>
      both(
        words("trigger", "pause", trigger, ...(reason === "" ? [] : ["--reason", reason])),
        "PATCH",
        at(trigger),
        { version, body: { properties: { enabled: false, ...(reason === "" ? {} : { reason }) } } },
      ),
    resume: (trigger: string): CommandLine =>
      both(words("trigger", "resume", trigger), "PATCH", at(trigger), {
        version,
        body: { properties: { enabled: true } },
      }),
    remove: (trigger: string): CommandLine =>
      both(words("trigger", "delete", trigger, "-y"), "DELETE", at(trigger), { version }),
    /** The command line reads an event from a file. */
    test: (trigger: string, body: object): CommandLine =>
      requests("POST", at(trigger, "/test"), { version, body }),
    run: (trigger: string, parameters: Readonly<Record<string, unknown>>): CommandLine =>
      both(
        words(
          ...(["trigger", "run", trigger] as const),
          ...Object.entries(parameters).flatMap(([name, value]) => [
            "--parameter",
            `${name}=${String(value)}`,
          ]),
        ),
        "POST",
        at(trigger, "/run"),
        { version, body: { parameters } },
      ),
    backfill: (trigger: string, body: Backfill): CommandLine =>
      both(
        words(
          "schedule",
          "backfill",
          trigger,
          "--from",
          body.from,
          "--to",
          body.to,
          "--overlap",
          body.overlap,
        ),
        "POST",
        at(trigger, "/backfill"),
        { version, body },
      ),
    replay: (trigger: string, firing: string): CommandLine =>
      both(words("trigger", "replay", trigger, "--firing", firing), "POST", at(trigger, "/replay"), {
        version,
        body: { firings: [firing] },
      }),
  };
}

interface Backfill {
  readonly from: string;
  readonly to: string;
  readonly overlap: string;
}
