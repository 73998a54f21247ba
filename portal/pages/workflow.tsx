// One workflow: its graph, each step in a table, and its restart from what failed. The address holds which step is chosen.
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import type { WorkflowResponse, WorkflowStepResponse } from "../../domain/workflow/wire.ts";
import { call, ownApiVersion } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { useWorkflow } from "../api/workflow-queries.ts";
import { ActionDialog } from "../components/action-dialog.tsx";
import { CommandStrip } from "../components/command-strip.tsx";
import { DataState } from "../components/data-state.tsx";
import { AbsoluteTime, StateMark } from "../components/state.tsx";
import { WorkflowGraph } from "../components/workflow-graph.tsx";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { nameIn, startedPage, stepName, workflowLines, workflowPath } from "../lib/workflows.ts";

const words = {
  title: "Workflow",
  what: "the workflow",
  same: "The same by command line",
  restart: "Restart from what failed",
  restartVerb: "Restart",
  restartTitle: "Restart the workflow",
  restartSays:
    "Each step that failed starts anew by the same event, with what was handed over then, as a job of another name. The steps before stay; those behind follow.",
  more: "There are more steps than are shown.",
  steps: "Steps",
  table: "Steps as a table",
  columns: ["Step", "State", "Follows", "Started", "Decision", "Handed over", "Began", "Ended"],
  restarts: "restarts",
  exitCode: "exit code",
} as const;

export default function Workflow({ place, id }: { place: Place; id: string }) {
  const workflow = useWorkflow(place, id);
  const [isAsked, ask] = useState(false);
  const found = workflow.data;
  const failed = found?.properties.steps.some(({ state }) => state === "failed") === true;
  const first = found?.properties.steps[0];
  return (
    <>
      <div className="page-head">
        <h1>
          {words.title} {first === undefined ? id : stepName(first)}{" "}
          {found !== undefined && <StateMark state={found.properties.state} />}
        </h1>
        {failed && (
          <button type="button" className="primary" onClick={() => ask(true)}>
            {words.restart}
          </button>
        )}
      </div>
      <DataState query={workflow} what={words.what}>
        {(data) => <Steps place={place} workflow={data} />}
      </DataState>
      {isAsked && found !== undefined && (
        <RestartDialog place={place} workflow={found} onClose={() => ask(false)} />
      )}
      <CommandStrip label={words.same} lines={[workflowLines(place, location.origin).workflow(id)]} />
    </>
  );
}

function Steps({ place, workflow }: { place: Place; workflow: WorkflowResponse }) {
  const [query, setQuery] = useSearchParams();
  const { steps, edges, more } = workflow.properties;
  const chosen = steps.find(({ id }) => id === query.get("step"))?.id;
  const before = new Map(edges.map(({ from, to }) => [to, from]));
  const choose = (id: string) =>
    setQuery((members) => withMembers(members, { step: id === chosen ? "" : id }), { replace: true });
  return (
    <>
      <WorkflowGraph workflow={workflow} chosen={chosen} choose={choose} />
      {more && <p className="banner">{words.more}</p>}
      <section aria-labelledby="workflow-steps">
        <h2 id="workflow-steps">{words.steps}</h2>
        <div className="table-frame" tabIndex={0} role="region" aria-label={words.table}>
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
              {steps.map((step) => (
                <StepRow
                  key={step.id}
                  place={place}
                  step={step}
                  isChosen={step.id === chosen}
                  after={steps.find(({ id }) => id === before.get(step.id))}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

function StepRow(props: {
  place: Place;
  step: WorkflowStepResponse;
  after: WorkflowStepResponse | undefined;
  isChosen: boolean;
}) {
  const { place, step, after, isChosen } = props;
  const { state, exitCode, trigger, job, sweep, reason, startTime, endTime, restarts } = step;
  const page = startedPage(place, step);
  const started = nameIn(job ?? sweep);
  return (
    <tr className={isChosen ? "workflow-chosen" : undefined} aria-current={isChosen ? "true" : undefined}>
      <th scope="row">
        {trigger === undefined ? (
          stepName(step)
        ) : (
          <Link href={pages.trigger(place, nameIn(trigger))}>{stepName(step)}</Link>
        )}
      </th>
      <td>
        <StateMark state={state} />
        {exitCode !== undefined && exitCode !== 0 && ` (${words.exitCode} ${exitCode})`}
      </td>
      <td>{after === undefined ? "" : stepName(after)}</td>
      <td>{page === undefined ? "" : <Link href={page}>{started}</Link>}</td>
      <td>
        {reason}
        {restarts !== undefined && restarts.length > 0 && ` (${restarts.length} ${words.restarts})`}
      </td>
      <td>{outputsText(step)}</td>
      <td>{startTime !== undefined && <AbsoluteTime value={startTime} />}</td>
      <td>{endTime !== undefined && <AbsoluteTime value={endTime} />}</td>
    </tr>
  );
}

const outputsText = ({ outputs = {} }: WorkflowStepResponse) =>
  Object.entries(outputs)
    .map(([name, value]) => `${name.replace(/^outputs\./, "")}=${String(value)}`)
    .join(" ");

function RestartDialog(props: { place: Place; workflow: WorkflowResponse; onClose: () => void }) {
  const { place, workflow, onClose } = props;
  const refresh = useRefresh();
  const [failed] = useState(workflow.properties.steps.filter(({ state }) => state === "failed"));
  return (
    <ActionDialog
      title={words.restartTitle}
      verb={words.restartVerb}
      isHarmless
      lines={[workflowLines(place, location.origin).restart(workflow.name, [])]}
      onClose={onClose}
      act={async () => {
        const path = `${workflowPath(place, workflow.name)}/restart`;
        await call(path, { version: ownApiVersion, method: "POST", body: {} });
        refresh();
      }}
    >
      <p>{words.restartSays}</p>
      <ul className="plain-list names">
        {failed.map((step) => (
          <li key={step.id}>
            {stepName(step)}: {nameIn(step.job ?? step.sweep)}
          </li>
        ))}
      </ul>
    </ActionDialog>
  );
}
