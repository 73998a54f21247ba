// Every operation that is served, by plane.
import { absentRoutes } from "./protocol/absent-routes.ts";
import { accountRoutes } from "./protocol/account-routes.ts";
import { armAccountRoutes } from "./protocol/arm-account-routes.ts";
import { armApplicationRoutes } from "./protocol/arm-application-routes.ts";
import { armLocationRoutes } from "./protocol/arm-location-routes.ts";
import { armRoutes as armPoolRoutes } from "./protocol/arm-routes.ts";
import { armCertificateRoutes } from "./protocol/arm-certificate-routes.ts";
import { certificateRoutes } from "./protocol/certificate-routes.ts";
import { fileRoutes } from "./protocol/file-routes.ts";
import { jobRoutes } from "./protocol/job-routes.ts";
import { nodeAccessRoutes } from "./protocol/node-access-routes.ts";
import { nodeRoutes } from "./protocol/node-routes.ts";
import { poolRoutes } from "./protocol/pool-routes.ts";
import { scheduleRoutes } from "./protocol/schedule-routes.ts";
import { taskRoutes } from "./protocol/task-routes.ts";

export const dataRoutes = [
  ...poolRoutes,
  ...nodeRoutes,
  ...nodeAccessRoutes,
  ...jobRoutes,
  ...taskRoutes,
  ...fileRoutes,
  ...scheduleRoutes,
  ...accountRoutes,
  ...certificateRoutes,
  ...absentRoutes("data"),
];
export const armRoutes = [
  ...armPoolRoutes,
  ...armAccountRoutes,
  ...armApplicationRoutes,
  ...armLocationRoutes,
  ...armCertificateRoutes,
  ...absentRoutes("management"),
];
