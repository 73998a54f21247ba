// Asks before something is done, shows the command line that does the same, and tells how it went. Nothing is shown as done before the
// service has taken it.
import { useState } from "react";
import type { FormEvent, ReactNode } from "react";
import type { CommandLine } from "../lib/request-lines.ts";
import { CommandStrip } from "./command-strip.tsx";
import { ErrorBox } from "./data-state.tsx";
import { Dialog } from "./dialog.tsx";
import { t } from "../texts/texts.ts";

interface Props {
  readonly title: string;
  readonly verb: string;
  readonly isHarmless?: boolean;
  readonly lines: readonly CommandLine[];
  readonly onClose: () => void;
  /** Resolves when the service has accepted it. */
  readonly act: () => Promise<void>;
  readonly children: ReactNode;
}

export function ActionDialog({ title, verb, isHarmless = false, lines, onClose, act, children }: Props) {
  const [error, setError] = useState<Error>();
  const [isGoing, setGoing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setGoing(true);
    act().then(onClose, (refused: unknown) => {
      setError(refused as Error);
      setGoing(false);
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        {error !== undefined && <ErrorBox error={error} what={verb} />}
        <CommandStrip label={t.common.sameByCommandLine} lines={lines} />
        <footer className="actions">
          <button type="button" onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="submit" className={isHarmless ? "primary" : "danger solid"} disabled={isGoing}>
            {isGoing ? t.common.asking : verb}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
