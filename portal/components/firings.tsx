// The ledger of a trigger: every event and fire time with what became of it and why, skipped ones as well; those that failed are replayed from here.
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { call, ownApiVersion } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { useFirings } from "../api/trigger-queries.ts";
import { pages, triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { durationText } from "../lib/texts.ts";
import { stateText, t } from "../texts/texts.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import { decisions, eventText, startedByFiring } from "../lib/triggers.ts";
import type { FiringWire } from "../lib/triggers.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { DataState } from "./data-state.tsx";
import { DecisionMark } from "./decision-mark.tsx";
import { AbsoluteTime } from "./state.tsx";
import { TableFrame } from "./table-frame.tsx";

export function Firings({ place, trigger }: { place: Place; trigger: string }) {
  const [query, setQuery] = useSearchParams();
  const decision = decisions.find((each) => each === query.get("decision")) ?? "";
  const firings = useFirings(triggerPath(place, trigger), decision);
  const [replayed, replay] = useState<FiringWire>();
  return (
    <>
      <div role="group" aria-label={t.firings.decisions} className="segments">
        {["", ...decisions].map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={decision === each}
            onClick={() => setQuery((before) => withMembers(before, { decision: each }), { replace: true })}
          >
            {each === "" ? t.common.all : stateText(each)}
          </button>
        ))}
      </div>
      <DataState query={firings} what={t.things.ledger}>
        {({ pages: read }) => {
          const rows = read.flatMap(({ value }) => value);
          return (
            <>
              <p role="status" className="muted">
                {t.counts.firings(rows.length)}
                {firings.hasNextPage && t.firings.olderOnes}
              </p>
              {rows.length > 0 && <Rows place={place} rows={rows} onReplay={replay} />}
              {firings.hasNextPage && (
                <button
                  type="button"
                  disabled={firings.isFetchingNextPage}
                  onClick={() => void firings.fetchNextPage()}
                >
                  {t.firings.older}
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
    <TableFrame label={t.firings.firings}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.firings.received}</th>
            <th scope="col">{t.firings.event}</th>
            <th scope="col">{t.firings.decision}</th>
            <th scope="col">{t.firings.why}</th>
            <th scope="col">{t.firings.started}</th>
            <th scope="col">
              <span className="sr-only">{t.firings.acts}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((firing) => (
            <Row key={firing.id} place={place} firing={firing} onReplay={onReplay} />
          ))}
        </tbody>
      </table>
    </TableFrame>
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
        <Event firing={firing} />
        {duplicates > 0 && <span className="muted">{t.firings.toldMore(duplicates)}</span>}
      </td>
      <td>
        <DecisionMark decision={decision} />
        {ms >= 1_000 && <span className="muted">{t.firings.after(durationText(ms))}</span>}
        {tries > 0 && <span className="muted">{t.firings.failedBefore(tries)}</span>}
      </td>
      <td className="breakable" lang="en">
        {reason}
      </td>
      <td>
        {started !== undefined && (
          <Link href={pages[started.kind](place, started.experiment, started.name)} translate="no">
            {started.name}
          </Link>
        )}
      </td>
      <td>
        {canReplay && (
          <button type="button" className="quiet" onClick={() => onReplay(firing)}>
            {t.firings.replay}
          </button>
        )}
      </td>
    </tr>
  );
}

/** Names and times for the most part. */
const Event = ({ firing }: { firing: FiringWire }) => (
  <span translate="no">{eventText(firing.properties)}</span>
);

function ReplayDialog(props: { place: Place; trigger: string; firing: FiringWire; onClose: () => void }) {
  const { place, trigger, firing, onClose } = props;
  const refresh = useRefresh();
  const body = { firings: [firing.name] };
  return (
    <ActionDialog
      title={t.firings.replayOne}
      verb={t.firings.replay}
      isHarmless
      lines={[triggerLines(place, location.origin).replay(trigger, firing.name)]}
      onClose={onClose}
      act={async () => {
        const path = `${triggerPath(place, trigger)}/replay`;
        await call(path, { version: ownApiVersion, method: "POST", body });
        refresh();
      }}
    >
      <p>{t.firings.replayNote(<Event firing={firing} />)}</p>
    </ActionDialog>
  );
}
