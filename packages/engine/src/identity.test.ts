// Numbers that never repeat: within an owner they count up, and every owner starts above the one before.
import { describe, expect, it } from "vitest";
import { createIdentity, type Identity } from "./identity.ts";

function identityOf(epoch: number, clock = { nowMs: 1_790_000_000_000 }): Identity {
  return createIdentity(
    epoch,
    { nowMs: () => clock.nowMs, at: () => () => undefined },
    { random: () => 0, bytes: (count) => new Uint8Array(count) },
  );
}

describe("identity", () => {
  it("[D5] timers and generations of a later owner are larger", () => {
    const [old, next] = [identityOf(1), identityOf(2)];
    const oldIds = [old.newTimerId(), old.newTimerId(), old.newTimerId()];
    expect(oldIds.toSorted((a, b) => a - b)).toEqual(oldIds);
    expect(new Set(oldIds).size).toBe(3);
    expect(next.newTimerId()).toBeGreaterThan(Math.max(...oldIds));
    expect(next.nextGeneration()).toBeGreaterThan(old.nextGeneration());
    expect(Number.isSafeInteger(identityOf(1_000_000).newTimerId())).toBe(true);
  });

  it("[Q1] order keys increase, also within a millisecond and when the clock steps back", () => {
    const clock = { nowMs: 1_790_000_000_000 };
    const { nextOrderKey } = identityOf(1, clock);
    const keys = [nextOrderKey(), nextOrderKey()];
    clock.nowMs += 1;
    keys.push(nextOrderKey());
    clock.nowMs -= 5_000;
    keys.push(nextOrderKey());
    expect(keys.every((key, index) => index === 0 || key > (keys[index - 1] ?? 0))).toBe(true);
    expect(keys[0]).toBe(1_790_000_000_000 * 4_096);
  });

  it("[D5] ids sort by time", () => {
    const { newUlid } = identityOf(1);
    const ids = [newUlid(1_000), newUlid(1_000), newUlid(2_000)];
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(3);
  });
});
