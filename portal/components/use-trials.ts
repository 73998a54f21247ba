// The trials of a sweep as the address says: filtered and ordered by the service, brushed here.
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { SweepResponse } from "../../domain/sweep/wire.ts";
import { useTrials } from "../api/sweep-queries.ts";
import { axesOf, brushedRows, brushesOf, brushTexts } from "../lib/parallel.ts";
import type { Brushes } from "../lib/parallel.ts";
import { withMembers } from "../lib/query.ts";
import { parametersOf, sweepRow } from "../lib/sweeps.ts";
import { parameterField, plainFields, rowsOf } from "../lib/trials.ts";
import type { TrialColumns } from "../lib/trials.ts";

export function useSweepTrials(
  path: string,
  sweep: SweepResponse,
  query: Readonly<Record<string, string>> = {},
) {
  const space = JSON.stringify(sweep.properties.searchSpace);
  const parameters = useMemo(
    () => parametersOf(JSON.parse(space) as Readonly<Record<string, unknown>>),
    [space],
  );
  const fields = useMemo(
    () => [...plainFields, ...parameters.map(({ name }) => parameterField(name))],
    [parameters],
  );
  return { parameters, trials: useTrials(path, sweep, { fields, query }) };
}

export function useBrushes() {
  const [query, setQuery] = useSearchParams();
  const texts = query.getAll("brush").join("\n");
  const brushes = useMemo(() => brushesOf(texts === "" ? [] : texts.split("\n")), [texts]);
  const brush = (next: Brushes) =>
    setQuery((before) => withMembers(before, { brush: brushTexts(next) }), { replace: true });
  return { brushes, brush };
}

/** The axes of what was read, and its rows: all of them, and those that the brushes leave. */
export function useAxes(data: TrialColumns, sweep: SweepResponse, brushes: Brushes) {
  const { metric, goal } = sweepRow(sweep);
  const space = JSON.stringify(sweep.properties.searchSpace);
  const axes = useMemo(
    () =>
      axesOf(data, parametersOf(JSON.parse(space) as Readonly<Record<string, unknown>>), { metric, goal }),
    [data, space, metric, goal],
  );
  const rows = useMemo(() => rowsOf(data), [data]);
  const chosen = useMemo(() => brushedRows(axes, brushes, rows), [axes, brushes, rows]);
  return { axes, rows, chosen };
}
