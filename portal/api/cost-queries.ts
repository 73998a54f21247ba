// What the page of costs reads.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { CostReportResponse } from "../../domain/usage/wire.ts";
import { costsPath, questionOf } from "../lib/costs.ts";
import type { CostView } from "../lib/costs.ts";
import type { Place } from "../lib/places.ts";
import { call, ownApiVersion } from "./http.ts";
import { longMs } from "./queries.ts";

/** How many groups and clusters are shown. */
const top = "50";

export const useCosts = (place: Place, view: CostView) =>
  useQuery({
    queryKey: ["costs", costsPath(place), view],
    queryFn: ({ signal }) => {
      const query = { ...questionOf(view, Date.now()), top };
      return call<CostReportResponse>(costsPath(place), { version: ownApiVersion, query, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: longMs * 2,
  });
