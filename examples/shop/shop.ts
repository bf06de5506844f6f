// What every function of the shop is built from: the client, the fakes and the pace.
import type { Client } from "./client.ts";
import type { Database } from "./fakes/database.ts";
import type { Mail } from "./fakes/mail.ts";
import type { Payment } from "./fakes/payment.ts";
import type { People } from "./fakes/people.ts";
import type { Say } from "./narrator.ts";
import type { Pace } from "./pace.ts";

export interface Shop {
  readonly inngest: Client;
  readonly database: Database;
  readonly mail: Mail;
  readonly payment: Payment;
  readonly people: People;
  readonly say: Say;
  readonly pace: Pace;
}
