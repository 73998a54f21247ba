// The workflows of a workspace, newest first, with how far each is.
import { Link } from "wouter";
import type { WorkflowSummaryResponse } from "../../domain/workflow/wire.ts";
import { useWorkflows } from "../api/workflow-queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState, Empty } from "../components/data-state.tsx";
import { AbsoluteTime, StateMark } from "../components/state.tsx";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { countText } from "../lib/texts.ts";
import { nameIn, workflowLines } from "../lib/workflows.ts";

const words = {
  title: "Workflows",
  what: "the workflows",
  same: "The same by command line",
  none: "There is no workflow",
  how: "A workflow is there when a trigger hears of the end of a job or a sweep. This one starts a job at the end of each job train-…:",
  create: "Create a trigger",
  more: "Show more",
  noun: "workflow",
  andMore: " and more",
  columns: ["First step", "State", "Steps", "Started", "Ended", "Trigger"],
  done: "done",
  of: "of",
  failed: "failed",
} as const;

export default function Workflows({ place }: { place: Place }) {
  const workflows = useWorkflows(place);
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <DataState query={workflows} what={words.what}>
        {({ pages: found }) => {
          const rows = found.flatMap(({ value }) => value);
          if (rows.length === 0) return <NoWorkflow place={place} />;
          return (
            <>
              <p role="status" className="muted">
                {countText(rows.length, words.noun)}
                {workflows.hasNextPage && words.andMore}
              </p>
              <WorkflowTable place={place} rows={rows} />
              {workflows.hasNextPage && (
                <button
                  type="button"
                  disabled={workflows.isFetchingNextPage}
                  onClick={() => void workflows.fetchNextPage()}
                >
                  {words.more}
                </button>
              )}
            </>
          );
        }}
      </DataState>
      <CommandStrip label={words.same} lines={[workflowLines(place, location.origin).workflows()]} />
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
    <Empty title={words.none}>
      <p>{words.how}</p>
      <CommandStrip label={words.create} lines={[{ batchai }]} />
    </Empty>
  );
}

function WorkflowTable({ place, rows }: { place: Place; rows: readonly WorkflowSummaryResponse[] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={words.title}>
      <table>
        <thead>
          <tr>
            {words.columns.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, properties }) => (
            <tr key={name}>
              <th scope="row">
                <Link href={pages.workflow(place, name)}>{nameIn(properties.job ?? properties.sweep)}</Link>
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
                  <Link href={pages.trigger(place, nameIn(properties.trigger))}>
                    {nameIn(properties.trigger)}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function stepsText({
  total,
  succeeded,
  failed,
}: WorkflowSummaryResponse["properties"]["stepCounts"]): string {
  const bad = failed === 0 ? "" : `, ${failed} ${words.failed}`;
  return `${succeeded} ${words.of} ${total} ${words.done}${bad}`;
}
