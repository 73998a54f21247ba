// Tabs of a page: arrows move, and the open one is in the address.
import { t, wordFor } from "../texts/texts.ts";

interface Props<Tab extends string> {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly tab: Tab;
  readonly onOpen: (tab: Tab) => void;
}

export function Tabs<Tab extends string>({ label, tabs, tab, onOpen }: Props<Tab>) {
  const move = (key: string) => {
    const ahead = document.documentElement.dir === "rtl" ? -1 : 1;
    const step = key === "ArrowRight" ? ahead : key === "ArrowLeft" ? -ahead : 0;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    if (step === 0 || next === undefined) return;
    onOpen(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div role="tablist" aria-label={label} className="tabs" onKeyDown={(event) => move(event.key)}>
      {tabs.map((each) => (
        <button
          key={each}
          id={`tab-${each}`}
          type="button"
          role="tab"
          aria-selected={each === tab}
          aria-controls={each === tab ? `panel-${each}` : undefined}
          tabIndex={each === tab ? 0 : -1}
          onClick={() => onOpen(each)}
        >
          {wordFor(each, t.tabs)}
        </button>
      ))}
    </div>
  );
}
