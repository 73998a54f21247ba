// Pauses or resumes triggers, one or many: how many is said before, and why it is paused is kept with who did it.
import { useState } from "react";
import { call, ownApiVersion } from "../api/http.ts";
import { mapped, useRefresh } from "../api/queries.ts";
import { triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { countText } from "../lib/texts.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import { ActionDialog } from "./action-dialog.tsx";

interface Props {
  readonly place: Place;
  readonly names: readonly string[];
  readonly isPause: boolean;
  readonly onClose: () => void;
}

const linesShown = 20;

export function PauseDialog({ place, names: given, isPause, onClose }: Props) {
  const refresh = useRefresh();
  const [names] = useState(given);
  const [reason, type] = useState("");
  const properties = {
    enabled: !isPause,
    ...(isPause && reason.trim() !== "" ? { reason: reason.trim() } : {}),
  };
  const verb = isPause ? "Pause" : "Resume";
  const lines = triggerLines(place, location.origin);
  return (
    <ActionDialog
      title={`${verb} ${names.length === 1 ? (names[0] ?? "") : countText(names.length, "trigger")}`}
      verb={verb}
      isHarmless
      lines={names
        .slice(0, linesShown)
        .map((name) => (isPause ? lines.pause(name, reason.trim()) : lines.resume(name)))}
      onClose={onClose}
      act={async () => {
        await mapped(names, (name) =>
          call(triggerPath(place, name), { version: ownApiVersion, method: "PATCH", body: { properties } }),
        );
        refresh();
      }}
    >
      <p>
        {isPause
          ? "What comes meanwhile is in the ledger as skipped."
          : "What comes from now on has its jobs; what was skipped stays skipped until it is replayed."}
      </p>
      {isPause && (
        <label>
          Why, for those who wonder
          <input value={reason} maxLength={400} onChange={(event) => type(event.target.value)} />
        </label>
      )}
    </ActionDialog>
  );
}
