// Asks for a report. The answer does not wait for it.
import { everstep, reportRequested } from "../../../everstep/client.ts";

export async function POST(request: Request): Promise<Response> {
  const { month } = (await request.json()) as { month: string };
  const { ids } = await everstep.send(reportRequested.create({ month }));
  return Response.json({ eventIds: ids }, { status: 202 });
}
