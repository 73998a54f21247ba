// Pauses or resumes triggers, one or many: how many is said before, and why it is paused is kept with who did it.
import { useState } from "react";
import { call, ownApiVersion } from "../api/http.ts";
import { mapped, useRefresh } from "../api/queries.ts";
import { triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { t } from "../texts/texts.ts";
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
  const verb = isPause ? t.trigger.pause : t.trigger.resume;
  const lines = triggerLines(place, location.origin);
  return (
    <ActionDialog
      title={t.pause.title(verb, names.length === 1 ? (names[0] ?? "") : t.counts.triggers(names.length))}
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
      <p>{isPause ? t.pause.pauseNote : t.pause.resumeNote}</p>
      {isPause && (
        <label>
          {t.pause.why}
          <input value={reason} maxLength={400} onChange={(event) => type(event.target.value)} />
        </label>
      )}
    </ActionDialog>
  );
}
