// The log files of a job, each opened at its end and followed while the job lives.
import { useSearchParams } from "wouter";
import type { JobResponse } from "../../domain/job/wire.ts";
import { useFiles } from "../api/queries.ts";
import { hasEnded, jobRow } from "../lib/jobs.ts";
import { jobPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { DataState } from "./data-state.tsx";
import { LogView } from "./log-view.tsx";
import { t } from "../texts/texts.ts";

export function JobLogs({ place, experiment, job }: { place: Place; experiment: string; job: JobResponse }) {
  const path = jobPath(place, experiment, job.name);
  const files = useFiles(path, "stdouterr", ".");
  const [query, setQuery] = useSearchParams();
  const row = jobRow(job);
  return (
    <DataState query={files} what={t.things.logs}>
      {(found) => {
        const names = logNames(found.filter(({ fileType }) => fileType === "file").map(({ name }) => name));
        const name = names.find((each) => each === query.get("file")) ?? names[0];
        if (name === undefined)
          return <p className="muted">{hasEnded(row) ? t.logs.noLog : t.logs.notYet}</p>;
        return (
          <>
            <div role="group" aria-label={t.logs.log} className="segments">
              {names.map((each) => (
                <button
                  key={each}
                  type="button"
                  aria-pressed={each === name}
                  translate="no"
                  onClick={() => setQuery(each === names[0] ? {} : { file: each }, { replace: true })}
                >
                  {each}
                </button>
              ))}
            </div>
            <LogView
              key={`${job.properties.jobOutputDirectoryPathSegment}/${name}`}
              jobPath={path}
              name={name}
              isGrowing={!hasEnded(row)}
            />
          </>
        );
      }}
    </DataState>
  );
}

/** What programs print comes first, then what they complain of, then the launcher's own. */
function logNames(names: readonly string[]): readonly string[] {
  const rank = (name: string) => (name.startsWith("stdout") ? 0 : name.startsWith("stderr") ? 1 : 2);
  return names.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
