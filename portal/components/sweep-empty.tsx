// A sweep that has nothing to draw yet: what it would try first, how a result is reported, or what its trials failed of.
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { usePreview } from "../api/sweep-queries.ts";
import { sweepRow } from "../lib/sweeps.ts";
import type { TrialColumns } from "../lib/trials.ts";
import { countText } from "../lib/texts.ts";
import { CommandStrip } from "./command-strip.tsx";
import { DataState, Empty } from "./data-state.tsx";

export function NoTrials({ path }: { path: string }) {
  const preview = usePreview(path);
  return (
    <Empty title="No trial has begun">
      <DataState query={preview} what="the first suggestions">
        {({ suggestions }) => (
          <>
            <p>These come first:</p>
            <ol className="plain-list">
              {suggestions.map(({ trial, parameters }) => (
                <li key={trial}>
                  <code>
                    {Object.entries(parameters)
                      .map(([name, value]) => `${name}=${String(value)}`)
                      .join(" ")}
                  </code>
                </li>
              ))}
            </ol>
          </>
        )}
      </DataState>
    </Empty>
  );
}

const causesShown = 3;

export function NoResults({ sweep, data }: { sweep: SweepResponse; data: TrialColumns }) {
  const { metric, counts, total } = sweepRow(sweep);
  if (total > 0 && counts["failed"] === total)
    return (
      <Empty title="All trials failed">
        <ul className="plain-list">
          {exitCodes(data)
            .slice(0, causesShown)
            .map(([code, count]) => (
              <li key={code}>
                {countText(count, "trial")} with exit code {code}
              </li>
            ))}
        </ul>
        <p>Their jobs, from the list of trials, have the logs.</p>
      </Empty>
    );
  const line = `echo '${JSON.stringify({ name: metric, value: 0.93, step: 4 })}' >> $AZ_BATCHAI_METRICS_FILE`;
  return (
    <Empty title={`No trial has reported ${metric} yet`}>
      <p>A line in the metrics file, from any program:</p>
      <CommandStrip label="Report the metric by a file" lines={[{ batchai: line }]} />
      <p>Scripts that log to MLflow need nothing; what is only printed, an expression in the sweep finds.</p>
    </Empty>
  );
}

/** How often each exit code came, the commonest first. */
function exitCodes(data: TrialColumns): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const cell of data.columns["exitCode"] ?? []) {
    const code = cell === null ? "unknown" : String(cell);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}
