// A sweep that has nothing to draw yet: what it would try first, how a result is reported, or what its trials failed of.
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { usePreview } from "../api/sweep-queries.ts";
import { sweepRow } from "../lib/sweeps.ts";
import type { TrialColumns } from "../lib/trials.ts";
import { t } from "../texts/texts.ts";
import { CommandStrip } from "./command-strip.tsx";
import { DataState, Empty } from "./data-state.tsx";

export function NoTrials({ path }: { path: string }) {
  const preview = usePreview(path);
  return (
    <Empty title={t.sweepEmpty.noTrial}>
      <DataState query={preview} what={t.things.firstSuggestions}>
        {({ suggestions }) => (
          <>
            <p>{t.sweepEmpty.firstOnes}</p>
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
      <Empty title={t.sweepEmpty.allFailed}>
        <ul className="plain-list">
          {exitCodes(data)
            .slice(0, causesShown)
            .map(([code, count]) => (
              <li key={code}>{t.sweepEmpty.withExitCode(t.counts.trials(count), code)}</li>
            ))}
        </ul>
        <p>{t.sweepEmpty.jobsHaveLogs}</p>
      </Empty>
    );
  const line = `echo '${JSON.stringify({ name: metric, value: 0.93, step: 4 })}' >> $AZ_BATCHAI_METRICS_FILE`;
  return (
    <Empty title={t.sweepEmpty.noResult(metric)}>
      <p>{t.sweepEmpty.byFile}</p>
      <CommandStrip label={t.sweepEmpty.reportByFile} lines={[{ batchai: line }]} />
      <p>{t.sweepEmpty.byOthers}</p>
    </Empty>
  );
}

/** How often each exit code came, the commonest first. */
function exitCodes(data: TrialColumns): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const cell of data.columns["exitCode"] ?? []) {
    const code = cell === null ? t.sweepEmpty.unknownCode : String(cell);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}
