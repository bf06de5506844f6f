// A mail service that delivers to the terminal.
import { setTimeout as pause } from "node:timers/promises";
import type { Say } from "../narrator.ts";
import type { Pace } from "../pace.ts";

export interface Mail {
  send(mail: { readonly to: string; readonly subject: string }): Promise<void>;
}

export function createMail(say: Say, pace: Pace): Mail {
  return {
    async send({ to, subject }) {
      await pause(pace.ms(0.15));
      say("mail", `to ${to}: ${subject}`);
    },
  };
}
