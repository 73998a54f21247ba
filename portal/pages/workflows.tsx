// The workflows of a workspace, newest first, with how far each is.
import { Link } from "wouter";
import type { WorkflowSummaryResponse } from "../../domain/workflow/wire.ts";
import { useWorkflows } from "../api/workflow-queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { AbsoluteTime, StateMark } from "../components/state.tsx";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { nameIn, workflowLines } from "../lib/workflows.ts";
import { t } from "../texts/texts.ts";
import { TableFrame } from "../components/table-frame.tsx";

export default function Workflows({ place }: { place: Place }) {
  const workflows = useWorkflows(place);
  return (
    <>
      <div className="page-head">
        <h1>{t.workflows.title}</h1>
      </div>
      <DataState query={workflows} what={t.things.workflows}>
        {({ pages: found }) => {
          const rows = found.flatMap(({ value }) => value);
          if (rows.length === 0) return <NoWorkflow place={place} />;
          return (
            <>
              <p role="status" className="muted">
                {t.counts.workflows(rows.length)}
                {workflows.hasNextPage && t.workflows.andMore}
              </p>
              <WorkflowTable place={place} rows={rows} />
              {workflows.hasNextPage && (
                <button
                  type="button"
                  disabled={workflows.isFetchingNextPage}
                  onClick={() => void workflows.fetchNextPage()}
                >
                  {t.workflows.showMore}
                </button>
              )}
            </>
          );
        }}
      </DataState>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={[workflowLines(place, location.origin).workflows()]}
      />
    </>
  );
}

function NoWorkflow({ place }: { place: Place }) {
  const batchai = [
    "batchai trigger create",
    `-g ${place.group} -w ${place.workspace} -n evaluate -c nodes -f trigger.json`,
    `# "on": {"jobCompleted": {"experiment": "digits", "job": "train-{run}"}}`,
  ].join(" ");
  return (
    <Empty title={t.workflows.none}>
      <p>{t.workflows.noneNote}</p>
      <CommandStrip label={t.workflows.createTrigger} lines={[{ batchai }]} />
    </Empty>
  );
}

function WorkflowTable({ place, rows }: { place: Place; rows: readonly WorkflowSummaryResponse[] }) {
  return (
    <TableFrame label={t.workflows.title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.workflows.firstStep}</th>
            <th scope="col">{t.workflows.state}</th>
            <th scope="col">{t.workflows.steps}</th>
            <th scope="col">{t.workflows.started}</th>
            <th scope="col">{t.workflows.ended}</th>
            <th scope="col">{t.workflows.trigger}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, properties }) => (
            <tr key={name}>
              <th scope="row">
                <Link href={pages.workflow(place, name)} translate="no">
                  {nameIn(properties.job ?? properties.sweep)}
                </Link>
              </th>
              <td>
                <StateMark state={properties.state} />
              </td>
              <td>{stepsText(properties.stepCounts)}</td>
              <td>
                <AbsoluteTime value={properties.startTime} />
              </td>
              <td>{properties.endTime !== undefined && <AbsoluteTime value={properties.endTime} />}</td>
              <td>
                {properties.trigger !== undefined && (
                  <Link href={pages.trigger(place, nameIn(properties.trigger))} translate="no">
                    {nameIn(properties.trigger)}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

function stepsText({
  total,
  succeeded,
  failed,
}: WorkflowSummaryResponse["properties"]["stepCounts"]): string {
  const done = t.workflows.done(succeeded, total);
  return failed === 0 ? done : t.workflows.doneAndFailed(done, failed);
}
