// A dialog of the browser's own: focus stays in it, Escape closes it.
import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";
import { t } from "../texts/texts.ts";

export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; isWide?: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown?.open === false) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      className={props.isWide === true ? "dialog wide" : "dialog"}
      onClose={props.onClose}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <header>
        <h2 id={title}>{props.title}</h2>
        <button
          type="button"
          className="quiet icon-button"
          aria-label={t.common.close}
          onClick={props.onClose}
        >
          ✕
        </button>
      </header>
      {props.children}
    </dialog>
  );
}
