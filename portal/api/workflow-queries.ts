// What the pages of workflows read.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { WorkflowResponse, WorkflowSummaryResponse } from "../../domain/workflow/wire.ts";
import type { Place } from "../lib/places.ts";
import { workflowPath, workflowsPath } from "../lib/workflows.ts";
import { call, listPage, ownApiVersion } from "./http.ts";
import { shortMs } from "./queries.ts";

const own = { version: ownApiVersion };
const atOnce = "50";

/** Newest first, page by page. */
export const useWorkflows = (place: Place) =>
  useInfiniteQuery({
    queryKey: ["workflows", workflowsPath(place)],
    queryFn: ({ signal, pageParam }) =>
      listPage<WorkflowSummaryResponse>(
        workflowsPath(place),
        { ...own, query: { maxresults: atOnce }, signal },
        pageParam,
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextLink }) => nextLink,
    placeholderData: keepPreviousData,
    refetchInterval: shortMs * 2,
  });

export const useWorkflow = (place: Place, id: string) =>
  useQuery({
    queryKey: ["workflow", workflowPath(place, id)],
    queryFn: ({ signal }) => call<WorkflowResponse>(workflowPath(place, id), { ...own, signal }),
    refetchInterval: shortMs,
  });
