// A list of any length as a grid: only rows in sight exist, assistive programs are told the whole number. One row is active; keys move
// it, select it, open it.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { nextRow } from "../lib/grid-keys.ts";
import { t } from "../texts/texts.ts";

export interface Column<Row, Key extends string = string> {
  readonly key: string;
  readonly title: string;
  readonly width: string;
  /** Clicking the title sorts by this. */
  readonly sort?: Key;
  readonly cell: (row: Row) => ReactNode;
  /** Names and values, which are the same in every language. */
  readonly isData?: boolean;
  /** The title, too, is such a name. */
  readonly isDataTitle?: boolean;
}

export interface GridProps<Row, Key extends string> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row, Key>[];
  readonly idOf: (row: Row) => string;
  readonly onOpen: (row: Row) => void;
  readonly sorting?: { readonly key: Key; readonly isDescending: boolean; readonly by: (key: Key) => void };
  readonly selection?: {
    readonly ids: ReadonlySet<string>;
    readonly toggle: (id: string) => void;
    readonly toggleAll: () => void;
  };
}

const rowPx = 38;

export function Grid<Row, Key extends string>(props: GridProps<Row, Key>) {
  const { rows, columns, selection } = props;
  const frame = useRef<HTMLDivElement>(null);
  const base = useId();
  const [active, activate] = useState(0);
  const current = Math.min(active, rows.length - 1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const onKeyDown = (event: KeyboardEvent) =>
    gridKey(event, { ...props, current, activate, frame: frame.current });
  useEffect(() => {
    if (frame.current?.contains(document.activeElement) === true) virtual.scrollToIndex(current);
  }, [current, virtual]);
  const template = [
    ...(selection === undefined ? [] : ["2.5rem"]),
    ...columns.map(({ width }) => width),
  ].join(" ");
  return (
    <div className="grid-frame" ref={frame}>
      <div
        role="grid"
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + (selection === undefined ? 0 : 1)}
        aria-multiselectable={selection !== undefined}
        aria-activedescendant={rows.length === 0 ? undefined : `${base}-${current}`}
        tabIndex={0}
        className="grid"
        data-grid=""
        onKeyDown={onKeyDown}
        style={{ ["--columns" as string]: template, minWidth: `max(58rem, ${columns.length * 7}rem)` }}
      >
        <HeaderRow {...props} />
        <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <GridRow
              key={index}
              {...props}
              row={rows[index] as Row}
              index={index}
              id={`${base}-${index}`}
              top={start}
              isActive={index === current}
              onActivate={() => activate(index)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface KeyPlace<Row, Key extends string> extends GridProps<Row, Key> {
  readonly current: number;
  readonly activate: (index: number) => void;
  readonly frame: HTMLElement | null;
}

function gridKey<Row, Key extends string>(event: KeyboardEvent, place: KeyPlace<Row, Key>): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (
    event.target instanceof HTMLElement &&
    event.target.closest("button, a, input") !== null &&
    event.key !== "j" &&
    event.key !== "k"
  )
    return;
  const { rows, current, activate, selection, idOf, onOpen, frame } = place;
  const row = rows[current];
  const page = Math.max(1, Math.floor((frame?.clientHeight ?? 400) / rowPx) - 2);
  const next = nextRow(event.key, { current, count: rows.length, page });
  if (next !== undefined) activate(next);
  else if (event.key === "Enter" && row !== undefined) onOpen(row);
  else if ((event.key === " " || event.key === "x") && row !== undefined && selection !== undefined)
    selection.toggle(idOf(row));
  else return;
  event.preventDefault();
}

function HeaderRow<Row, Key extends string>({
  columns,
  sorting,
  selection,
  rows,
  idOf,
}: GridProps<Row, Key>) {
  const isAll =
    selection !== undefined && rows.length > 0 && rows.every((row) => selection.ids.has(idOf(row)));
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1} className="grid-row">
        {selection !== undefined && (
          <span role="columnheader" className="grid-check">
            <input
              type="checkbox"
              aria-label={t.common.grid.selectAll}
              checked={isAll}
              onChange={selection.toggleAll}
            />
          </span>
        )}
        {columns.map(({ key, title, sort, isDataTitle }) => (
          <span
            key={key}
            role="columnheader"
            translate={isDataTitle === true ? "no" : undefined}
            aria-sort={
              sort === undefined || sorting?.key !== sort
                ? undefined
                : sorting.isDescending
                  ? "descending"
                  : "ascending"
            }
          >
            {sort === undefined || sorting === undefined ? (
              title
            ) : (
              <button type="button" className="quiet sorter" onClick={() => sorting.by(sort)}>
                {title}
                <span aria-hidden="true">
                  {sorting.key === sort ? (sorting.isDescending ? " ↓" : " ↑") : ""}
                </span>
              </button>
            )}
          </span>
        ))}
      </div>
    </div>
  );
}

interface RowProps<Row, Key extends string> extends GridProps<Row, Key> {
  readonly row: Row;
  readonly index: number;
  readonly id: string;
  readonly top: number;
  readonly isActive: boolean;
  readonly onActivate: () => void;
}

function GridRow<Row, Key extends string>(props: RowProps<Row, Key>) {
  const { row, index, id, top, columns, selection, idOf, isActive } = props;
  const isSelected = selection?.ids.has(idOf(row)) === true;
  return (
    <div
      role="row"
      id={id}
      aria-rowindex={index + 2}
      aria-selected={selection === undefined ? undefined : isSelected}
      className={`grid-row${isActive ? " active" : ""}${isSelected ? " selected" : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={props.onActivate}
      onDoubleClick={() => props.onOpen(row)}
    >
      {selection !== undefined && (
        <span role="gridcell" className="grid-check">
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={t.common.grid.select(idOf(row).split("/").at(-1) ?? "")}
            checked={isSelected}
            onChange={() => selection.toggle(idOf(row))}
          />
        </span>
      )}
      {columns.map(({ key, cell, isData }) => (
        <span key={key} role="gridcell" translate={isData === true ? "no" : undefined}>
          {cell(row)}
        </span>
      ))}
    </div>
  );
}
