// The real clock, with the time of the process under the test's hand.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "./system.ts";

const HOUR_MS = 3_600_000;

describe("systemClock", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("fires at its time and not before, however far that is", () => {
    const fire = vi.fn();
    systemClock.at(systemClock.nowMs() + HOUR_MS, fire);
    vi.advanceTimersByTime(HOUR_MS - 1);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  it("notices soon that the wall clock went on while the machine was suspended", () => {
    const fire = vi.fn();
    systemClock.at(systemClock.nowMs() + HOUR_MS, fire);
    vi.setSystemTime(systemClock.nowMs() + HOUR_MS);
    vi.advanceTimersByTime(10_000);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  it("does not fire once it was called off", () => {
    const fire = vi.fn();
    const cancel = systemClock.at(systemClock.nowMs() + HOUR_MS, fire);
    vi.advanceTimersByTime(HOUR_MS / 2);
    cancel();
    vi.advanceTimersByTime(HOUR_MS);
    expect(fire).not.toHaveBeenCalled();
  });
});
