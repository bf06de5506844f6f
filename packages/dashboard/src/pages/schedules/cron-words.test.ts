// Which cron expressions are said in words, and that the others are left as they are.
import { expect, it } from "vitest";
import { cronWords } from "./cron-words.ts";

it.each([
  ["* * * * *", "Every minute"],
  ["*/1 * * * *", "Every minute"],
  ["*/15 * * * *", "Every 15 minutes"],
  ["5 * * * *", "Every hour at 5 min past"],
  ["0 */6 * * *", "Every 6 hours at 0 min past"],
  ["0 3 * * *", "Every day at 03:00"],
  ["0 3 ? * ?", "Every day at 03:00"],
  ["30 4 * * 1", "Every Monday at 04:30"],
  ["30 4 * * 7", "Every Sunday at 04:30"],
  ["0 9 * * MON-FRI", "Monday to Friday at 09:00"],
  ["0 9 * * 1,3,sat", "Monday, Wednesday, Saturday at 09:00"],
  ["0 0 1 * *", "Day 1 of every month at 00:00"],
])("%s is %s", (cron, words) => {
  expect(cronWords(cron)).toBe(words);
});

it.each([
  ["steps that begin again with the hour", "*/7 * * * *"],
  ["steps from a minute on", "5/15 * * * *"],
  ["several hours", "0 9,17 * * *"],
  ["a range of hours", "0 9-17 * * *"],
  ["a month", "0 0 1 1 *"],
  ["both day fields", "0 0 13 * 5"],
  ["steps of days", "0 0 * * */2"],
  ["every fifteen minutes of one hour", "*/15 3 * * *"],
  ["minutes on some days only", "*/15 * * * 1"],
  ["a number that there is not", "61 3 * * *"],
  ["six fields", "0 0 3 * * *"],
  ["too few fields", "0 3"],
  ["nothing", ""],
])("%s stays an expression: %s", (_, cron) => {
  expect(cronWords(cron)).toBeUndefined();
});
