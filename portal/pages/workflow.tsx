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
import { t } from "../texts/texts.ts";
import { nameIn, startedPage, stepName, workflowLines, workflowPath } from "../lib/workflows.ts";
import { TableFrame } from "../components/table-frame.tsx";

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
          {t.workflow.title} <span translate="no">{first === undefined ? id : stepName(first)}</span>{" "}
          {found !== undefined && <StateMark state={found.properties.state} />}
        </h1>
        {failed && (
          <button type="button" className="primary" onClick={() => ask(true)}>
            {t.workflow.restart}
          </button>
        )}
      </div>
      <DataState query={workflow} what={t.things.workflow}>
        {(data) => <Steps place={place} workflow={data} />}
      </DataState>
      {isAsked && found !== undefined && (
        <RestartDialog place={place} workflow={found} onClose={() => ask(false)} />
      )}
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={[workflowLines(place, location.origin).workflow(id)]}
      />
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
      {more && <p className="banner">{t.workflow.more}</p>}
      <section aria-labelledby="workflow-steps">
        <h2 id="workflow-steps">{t.workflow.steps}</h2>
        <TableFrame label={t.workflow.asTable}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.workflow.step}</th>
                <th scope="col">{t.workflow.state}</th>
                <th scope="col">{t.workflow.follows}</th>
                <th scope="col">{t.workflow.started}</th>
                <th scope="col">{t.workflow.decision}</th>
                <th scope="col">{t.workflow.handedOver}</th>
                <th scope="col">{t.workflow.began}</th>
                <th scope="col">{t.workflow.ended}</th>
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
        </TableFrame>
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
      <th scope="row" translate="no">
        {trigger === undefined ? (
          stepName(step)
        ) : (
          <Link href={pages.trigger(place, nameIn(trigger))}>{stepName(step)}</Link>
        )}
      </th>
      <td>
        <StateMark state={state} />
        {exitCode !== undefined && exitCode !== 0 && ` (${t.common.exitCode(exitCode)})`}
      </td>
      <td translate="no">{after === undefined ? "" : stepName(after)}</td>
      <td translate="no">{page === undefined ? "" : <Link href={page}>{started}</Link>}</td>
      <td>
        <span lang="en">{reason}</span>
        {restarts !== undefined && restarts.length > 0 && ` (${t.workflow.restarts(restarts.length)})`}
      </td>
      <td translate="no">{outputsText(step)}</td>
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
      title={t.workflow.restartTitle}
      verb={t.workflow.restartVerb}
      isHarmless
      lines={[workflowLines(place, location.origin).restart(workflow.name, [])]}
      onClose={onClose}
      act={async () => {
        const path = `${workflowPath(place, workflow.name)}/restart`;
        await call(path, { version: ownApiVersion, method: "POST", body: {} });
        refresh();
      }}
    >
      <p>{t.workflow.restartNote}</p>
      <ul className="plain-list names">
        {failed.map((step) => (
          <li key={step.id} translate="no">
            {stepName(step)}: {nameIn(step.job ?? step.sweep)}
          </li>
        ))}
      </ul>
    </ActionDialog>
  );
}
