// What an app author writes, in the call shapes of both official majors, and what must not compile. It is compiled against the
// packed types by several compilers, and against the sources with everything else. Nothing runs.
import { EventSchemas, Everstep, eventType, NonRetriableError, staticSchema } from "everstep";
import type { GetEvents, GetStepTools } from "everstep";
import { encryptionMiddleware } from "everstep/encryption";
import { serve } from "everstep/next";

type Events = {
  "app/user.created": { data: { userId: string; email: string } };
  "app/user.deleted": { data: { userId: string } };
};

const typed = new Everstep({
  id: "typed",
  schemas: new EventSchemas().fromRecord<Events>(),
  middleware: [encryptionMiddleware({ key: "not a secret" })],
});
const plain = new Everstep({ id: "plain" });
const paid = eventType("order/paid", {
  schema: staticSchema<{ orderId: string; cents: number }>(),
});

const third = typed.createFunction(
  { id: "third", retries: 2 },
  { event: "app/user.created" },
  async ({ event, step }) => {
    const length: number = await step.run("measure", () => event.data.email.length);
    const deleted = await step.waitForEvent("gone", { event: "app/user.deleted", timeout: "1h" });
    const id: string | undefined = deleted?.data.userId;
    // @ts-expect-error -- it is userId
    void event.data.userID;
    return { length, id };
  },
);

const fourth = plain.createFunction({ id: "fourth", triggers: [paid] }, async ({ event, step }) => {
  const cents: number = event.data.cents;
  // A step's result is JSON: a date arrives as text.
  const day: string = await step.run("today", () => new Date());
  const { length, id } = await step.invoke("other", {
    function: third,
    data: { userId: "u", email: "e" },
  });
  if (cents < 0) throw new NonRetriableError("negative", { cause: event });
  // @ts-expect-error -- no such field
  void event.data.amount;
  return { day, length, id };
});

// @ts-expect-error -- the address is missing
void typed.send({ name: "app/user.created", data: { userId: "u" } });
// @ts-expect-error -- cents are a number
void plain.send(paid.create({ orderId: "o", cents: "12" }));

export type Created = GetEvents<typeof typed>["app/user.created"]["data"];
export const email: Created["email"] = "e";
export async function lookUp(step: GetStepTools<typeof typed>): Promise<string> {
  return step.run("look-up", () => "found");
}
export const { GET, POST, PUT } = serve({ client: plain, functions: [third, fourth] });
