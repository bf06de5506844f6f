// step.sleep and step.sleepUntil. The time stands in the op's name (protocol.md 3.4).
import {
  isoText,
  timeText,
  type DurationInput,
  type InstantLike,
  type ZonedDateTimeLike,
} from "../wire/duration.ts";
import { readStepOptions, type StepOptionsOrId, type StepPort } from "./step-request.ts";

export function sleepTool(
  port: StepPort,
): (id: StepOptionsOrId, time: DurationInput) => Promise<void> {
  return async (id, time) => {
    const options = readStepOptions(id);
    const wireName = timeText(time, `The time of step.sleep "${options.id}"`);
    await port.perform({ options, stepType: "sleep", op: "Sleep", wireName, inputs: [] });
  };
}

export function sleepUntilTool(
  port: StepPort,
): (id: StepOptionsOrId, time: Date | string | InstantLike | ZonedDateTimeLike) => Promise<void> {
  return async (id, time) => {
    const options = readStepOptions(id);
    const wireName = isoText(time, `The time of step.sleepUntil "${options.id}"`);
    await port.perform({ options, stepType: "sleep", op: "Sleep", wireName, inputs: [] });
  };
}
