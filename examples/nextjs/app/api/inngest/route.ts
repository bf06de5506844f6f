// The engine calls here: it asks what functions there are, and runs their steps.
import { serve } from "everstep/next";
import { everstep } from "../../../everstep/client.ts";
import { monthlyReport } from "../../../everstep/monthly-report.ts";

export const { GET, POST, PUT } = serve({ client: everstep, functions: [monthlyReport] });
