// The ledger of a trigger: every event and fire time with what became of it and why, skipped ones as well; those that failed are replayed from here.
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { call, ownApiVersion } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { useFirings } from "../api/trigger-queries.ts";
import { pages, triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { countText, durationText } from "../lib/texts.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import { decisions, eventText, startedByFiring } from "../lib/triggers.ts";
import type { FiringWire } from "../lib/triggers.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { DataState } from "./data-state.tsx";
import { DecisionMark } from "./decision-mark.tsx";
import { AbsoluteTime } from "./state.tsx";

export function Firings({ place, trigger }: { place: Place; trigger: string }) {
  const [query, setQuery] = useSearchParams();
  const decision = decisions.find((each) => each === query.get("decision")) ?? "";
  const firings = useFirings(triggerPath(place, trigger), decision);
  const [replayed, replay] = useState<FiringWire>();
  return (
    <>
      <div role="group" aria-label="Decisions" className="segments">
        {["", ...decisions].map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={decision === each}
            onClick={() => setQuery((before) => withMembers(before, { decision: each }), { replace: true })}
          >
            {each === "" ? "All" : each}
          </button>
        ))}
      </div>
      <DataState query={firings} what="the ledger">
        {({ pages: read }) => {
          const rows = read.flatMap(({ value }) => value);
          return (
            <>
              <p role="status" className="muted">
                {countText(rows.length, "firing")}
                {firings.hasNextPage && ", there are older ones"}
              </p>
              {rows.length > 0 && <Rows place={place} rows={rows} onReplay={replay} />}
              {firings.hasNextPage && (
                <button
                  type="button"
                  disabled={firings.isFetchingNextPage}
                  onClick={() => void firings.fetchNextPage()}
                >
                  Older ones
                </button>
              )}
            </>
          );
        }}
      </DataState>
      {replayed !== undefined && (
        <ReplayDialog place={place} trigger={trigger} firing={replayed} onClose={() => replay(undefined)} />
      )}
    </>
  );
}

interface RowsProps {
  readonly place: Place;
  readonly rows: readonly FiringWire[];
  readonly onReplay: (firing: FiringWire) => void;
}

function Rows({ place, rows, onReplay }: RowsProps) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Firings">
      <table>
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col">Event</th>
            <th scope="col">Decision</th>
            <th scope="col">Why</th>
            <th scope="col">Started</th>
            <th scope="col">
              <span className="sr-only">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((firing) => (
            <Row key={firing.id} place={place} firing={firing} onReplay={onReplay} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ place, firing, onReplay }: Omit<RowsProps, "rows"> & { firing: FiringWire }) {
  const { receivedTime, decisionTime, decision, reason, duplicates, tries } = firing.properties;
  const started = startedByFiring(firing.properties);
  const ms = Date.parse(decisionTime) - Date.parse(receivedTime);
  const canReplay = decision === "failed" || decision === "skipped";
  return (
    <tr>
      <td>
        <AbsoluteTime value={receivedTime} />
      </td>
      <td className="breakable">
        {eventText(firing.properties)}
        {duplicates > 0 && <span className="muted"> told {duplicates} times more</span>}
      </td>
      <td>
        <DecisionMark decision={decision} />
        {ms >= 1_000 && <span className="muted"> after {durationText(ms)}</span>}
        {tries > 0 && <span className="muted"> failed {tries === 1 ? "once" : `${tries} times`} before</span>}
      </td>
      <td className="breakable">{reason}</td>
      <td>
        {started !== undefined && (
          <Link href={pages[started.kind](place, started.experiment, started.name)}>{started.name}</Link>
        )}
      </td>
      <td>
        {canReplay && (
          <button type="button" className="quiet" onClick={() => onReplay(firing)}>
            Replay
          </button>
        )}
      </td>
    </tr>
  );
}

function ReplayDialog(props: { place: Place; trigger: string; firing: FiringWire; onClose: () => void }) {
  const { place, trigger, firing, onClose } = props;
  const refresh = useRefresh();
  const body = { firings: [firing.name] };
  return (
    <ActionDialog
      title="Replay a firing"
      verb="Replay"
      isHarmless
      lines={[triggerLines(place, location.origin).replay(trigger, firing.name)]}
      onClose={onClose}
      act={async () => {
        const path = `${triggerPath(place, trigger)}/replay`;
        await call(path, { version: ownApiVersion, method: "POST", body });
        refresh();
      }}
    >
      <p>The job that this event would have started starts now: {eventText(firing.properties)}</p>
    </ActionDialog>
  );
}
