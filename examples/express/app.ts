// Express 5 with one durable function. An engine in one terminal (npx everstep dev), this in another (npm start).
import type { AddressInfo } from "node:net";
import { Everstep, eventType, staticSchema } from "everstep";
import { serve } from "everstep/express";
import express from "express";

const everstep = new Everstep({ id: "express-example" });

const signedUp = eventType("user/signed-up", {
  schema: staticSchema<{ name: string; email: string }>(),
});

const welcome = everstep.createFunction(
  { id: "welcome", name: "Welcome a user", retries: 3, triggers: [signedUp] },
  async ({ event, step }) => {
    const { name, email } = event.data;
    // A step that has succeeded is never run again, whatever happens to this process in between.
    const userId = await step.run("save-user", () => `user-${name.toLowerCase()}`);
    await step.sleep("let-them-look-around", "1s");
    await step.run("send-mail", () => console.log(`mail to ${email}: Welcome, ${name}!`));
    return { userId };
  },
);

const app = express();
app.use(express.json({ limit: "4mb" }));
// The engine calls here: it asks what functions there are, and runs their steps.
app.use("/api/inngest", serve({ client: everstep, functions: [welcome] }));

app.post("/users", async (request, response) => {
  const { name, email } = request.body as { name: string; email: string };
  const { ids } = await everstep.send(signedUp.create({ name, email }));
  response.status(202).json({ eventIds: ids });
});

const server = app.listen(Number(process.env["PORT"] ?? "3000"), "127.0.0.1", () => {
  console.log(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
