// A table that may be wider or longer than its place: it scrolls in itself, by keys as well, and so has a name.
import type { ReactNode } from "react";

export function TableFrame({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
