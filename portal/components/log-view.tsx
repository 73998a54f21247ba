// A log: only lines in sight exist; the end is kept in sight until somebody scrolls away from it.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { shownLines } from "../lib/log-text.ts";
import type { LogLine } from "../lib/log-text.ts";
import { sizeText } from "../lib/texts.ts";
import { ErrorBox } from "./data-state.tsx";
import { useLog } from "./use-log.ts";
import { t } from "../texts/texts.ts";

const linePx = 20;

export function LogView({ jobPath, name, isGrowing }: { jobPath: string; name: string; isGrowing: boolean }) {
  const { text, before, size, error, isRead, readAll } = useLog(jobPath, name, isGrowing);
  const [isFollowing, follow] = useState(true);
  const lines = shownLines(text);
  return (
    <>
      <div className="list-head">
        <p role="status">
          {sizeText(size)}
          {before > 0 && t.logs.shownFrom(sizeText(before))}
          {text.isCut && t.logs.cut}
          {isGrowing && isFollowing && <span className="live">{t.logs.live}</span>}
        </p>
        <div className="actions">
          {before > 0 && (
            <button type="button" onClick={readAll}>
              {t.logs.fromStart}
            </button>
          )}
          <button type="button" aria-pressed={isFollowing} onClick={() => follow(!isFollowing)}>
            {t.logs.follow}
          </button>
        </div>
      </div>
      {error !== undefined && <ErrorBox error={error} what={t.logs.tryingAgain(name)} />}
      {isRead && lines.length === 0 && <p className="muted">{t.logs.empty}</p>}
      <Lines label={name} lines={lines} isFollowing={isFollowing} onFollow={follow} />
    </>
  );
}

interface LinesProps {
  readonly label: string;
  readonly lines: readonly LogLine[];
  readonly isFollowing: boolean;
  readonly onFollow: (isFollowing: boolean) => void;
}

function Lines({ label, lines, isFollowing, onFollow }: LinesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => linePx,
    overscan: 20,
  });
  useEffect(() => {
    if (isFollowing && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [isFollowing, lines.length, virtual]);
  const onWheel = () => {
    const shown = frame.current;
    if (shown !== null) onFollow(shown.scrollHeight - shown.scrollTop - shown.clientHeight < 2 * linePx);
  };
  return (
    <div
      ref={frame}
      className="log"
      translate="no"
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      onWheel={() => requestAnimationFrame(onWheel)}
      onKeyUp={onWheel}
    >
      <div style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div key={lines[index]?.key} className="log-line" style={{ transform: `translateY(${start}px)` }}>
            {lines[index]?.spans.map(({ text, style }, at) => (
              <span key={at} className={style}>
                {text}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
