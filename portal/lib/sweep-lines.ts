// The command lines of what the pages of sweeps show and do.
import { ownVersion, writersOf } from "./command-lines.ts";
import { experimentPath, sweepPath } from "./places.ts";
import type { Place } from "./places.ts";
import type { CommandLine } from "./request-lines.ts";

export function sweepLines(place: Place, origin: string, experiment: string) {
  const { inExperiment, both, requests } = writersOf(place, origin);
  const names = (sweep: string) => [...inExperiment(experiment), "-n", sweep];
  const version = ownVersion;
  const path = (sweep: string) => sweepPath(place, experiment, sweep);
  const act = (verb: string, method: string, tail: string, more: readonly string[] = []) => {
    return (sweep: string): CommandLine =>
      both(["sweep", verb, ...names(sweep), ...more], method, `${path(sweep)}${tail}`, { version });
  };
  return {
    sweeps: (): CommandLine =>
      both(
        ["sweep", "list", ...inExperiment(experiment)],
        "GET",
        `${experimentPath(place, experiment)}/sweeps`,
        {
          version,
        },
      ),
    sweep: act("show", "GET", ""),
    best: act("best", "GET", "/best"),
    terminate: act("terminate", "POST", "/terminate", ["-y"]),
    resume: act("resume", "POST", "/resume"),
    retry: act("retry", "POST", "/retryFailed"),
    remove: act("delete", "DELETE", "", ["-y"]),
    extend: (sweep: string, maxTrials: number): CommandLine =>
      both(
        ["sweep", "extend", ...names(sweep), "--max-trials", String(maxTrials)],
        "POST",
        `${path(sweep)}/extend`,
        {
          version,
          body: { properties: { limits: { maxTrials } } },
        },
      ),
    exported: act("export", "GET", "/export?format=csv", ["--format", "csv"]),
    trials: (sweep: string, query: Readonly<Record<string, string>>): CommandLine => {
      const { filter, orderby } = query;
      const asked = new URLSearchParams(query).toString();
      return both(
        [
          ...["sweep", "trials", ...names(sweep)],
          ...(filter === undefined ? [] : ["--filter", filter]),
          ...(orderby === undefined ? [] : ["--order-by", orderby]),
        ],
        "GET",
        `${path(sweep)}/trials${asked === "" ? "" : `?${asked}`}`,
        { version },
      );
    },
    /** The command line has no command for these two. */
    decisions: (sweep: string): CommandLine => requests("GET", `${path(sweep)}/decisions`, { version }),
    curve: (sweep: string, trial: number, metric: string): CommandLine =>
      requests("GET", `${path(sweep)}/metrics?trial=${trial}&metric=${encodeURIComponent(metric)}`, {
        version,
      }),
  };
}
