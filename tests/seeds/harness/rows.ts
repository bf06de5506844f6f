// The table of sdk.md 6.3 as data: every fence of the seed documents with its lines and what we promise about it.
// `runs` compiles unchanged and has a test of its own; `parts` does so only cut at the lines given; `broken` cannot work in any
// SDK; `text` holds no program. Whatever is not `runs` says why.

export type Verdict = "runs" | "parts" | "broken" | "text";

export interface Row {
  readonly id: string;
  /** Line of the opening and of the closing fence. */
  readonly lines: readonly [number, number];
  readonly verdict: Verdict;
  readonly shows: string;
  /** Why it is not `runs`, or the rules of sdk.md 6.2 that it needs. */
  readonly note?: string;
}

/** Lines of the document (first and last) that are a program of their own, for rows with `parts`. */
export const PARTS: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  "000#09": [[291, 300]],
  "001#23": [
    [775, 779],
    [781, 785],
  ],
  "001#25": [
    [816, 822],
    [824, 838],
  ],
};

const row = (
  id: string,
  lines: readonly [number, number],
  verdict: Verdict,
  ...[shows, note]: readonly [shows: string, note?: string]
): Row => ({ id, lines, verdict, shows, ...(note === undefined ? {} : { note }) });

export const ROWS: readonly Row[] = [
  row("000#01", [24, 36], "runs", "P1 bad: no steps", "the whole body is retried from the top"),
  row("000#02", [45, 66], "runs", "P1 fix: three steps"),
  row("000#03", [76, 88], "runs", "P2 bad: blocking route", "no SDK in it"),
  row("000#04", [97, 123], "runs", "P2 fix: send, then Promise.all of steps"),
  row("000#05", [134, 155], "runs", "P3 bad: wait without timeout", "R3"),
  row("000#06", [164, 201], "runs", "P3 fix: seven days and a null branch"),
  row("000#07", [213, 232], "runs", "P4 bad: charge without key"),
  row("000#08", [240, 279], "runs", "P4 fix: look-up and key"),
  row(
    "000#09",
    [290, 304],
    "parts",
    "P5 bad and a send of 10,000",
    "the second statement calls map without a callback: TS2554, and a TypeError when it runs; R10 sends what it means",
  ),
  row("000#10", [313, 330], "runs", "concurrency 5 per user"),
  row("000#11", [333, 350], "runs", "constant key, limit 100", "R22"),
  row("000#12", [360, 381], "runs", "P6 bad: sequential"),
  row("000#13", [389, 411], "runs", "P6 fix: parallel"),
  row("000#14", [420, 438], "runs", "P7 bad: 10,000 steps, cron", "R14"),
  row("000#15", [446, 470], "runs", "batches of 100"),
  row("000#16", [473, 508], "runs", "fan-out and its worker", "R10"),
  row("000#17", [517, 534], "runs", "P8 bad: eight steps"),
  row("000#18", [543, 576], "runs", "three functions on one event"),
  row("000#19", [589, 602], "runs", "P9 bad: untyped send"),
  row("000#20", [611, 650], "runs", "fromRecord<T>, typed send, Date", "R2, R17"),
  row("000#21", [657, 665], "text", "bad event names", "a list of names, no calls"),
  row("000#22", [673, 681], "text", "good event names", "a list of names, no calls"),
  row("000#23", [684, 690], "text", "naming convention"),
  row("000#24", [699, 711], "runs", "P11 bad: secrets in the payload"),
  row("000#25", [720, 748], "runs", "ids only, data fetched in a step"),
  row("000#26", [759, 775], "runs", "P12 bad: swallowed error", "the run shows completed"),
  row("000#27", [784, 836], "runs", "log and rethrow; function.failed handler", "R15, R18, R19"),
  row("000#28", [845, 848], "text", "P13 bad", "comments only"),
  row("000#29", [856, 867], "text", "local workflow", "shell"),
  row("000#30", [870, 888], "runs", "test trigger route"),
  row("000#31", [895, 906], "runs", "P14 bad: step1 to step3"),
  row(
    "000#32",
    [914, 933],
    "broken",
    "P14 fix",
    "`const inventory` is read in its own initialiser: TS7022, and a ReferenceError when it runs",
  ),
  row("000#33", [1060, 1080], "text", "decision tree"),
  row("000#34", [1084, 1095], "text", "decision tree"),
  row("001#01", [44, 63], "runs", "express, slow and fast"),
  row("001#02", [71, 105], "text", "project layout"),
  row("001#03", [122, 124], "text", "naming scheme"),
  row(
    "001#04",
    [135, 151],
    "text",
    "event names",
    "marked as TypeScript, but bare names: no code at all",
  ),
  row("001#05", [157, 187], "runs", "Events and client", "R2"),
  row("001#06", [197, 238], "runs", "simple function"),
  row("001#07", [244, 288], "runs", "validate, sleep 30s, assign"),
  row("001#08", [294, 340], "runs", "cron, parallel counts, sendEvent"),
  row("001#09", [342, 384], "runs", "two consumers"),
  row("001#10", [390, 425], "runs", "wait for verification"),
  row("001#11", [435, 462], "runs", "try, log, rethrow", "R15"),
  row("001#12", [468, 490], "runs", "global failure function", "R18"),
  row("001#13", [496, 521], "runs", "check, then charge, in one step"),
  row("001#14", [531, 547], "runs", "concurrency per user"),
  row("001#15", [553, 570], "runs", "hourly cron, 1,000 at a time"),
  row("001#16", [576, 599], "runs", "parallel steps"),
  row("001#17", [605, 618], "runs", "sleep 24h"),
  row("001#18", [628, 639], "runs", "id and name"),
  row("001#19", [645, 670], "runs", "step names"),
  row("001#20", [676, 714], "runs", "structured logging", "R19, R15"),
  row("001#21", [726, 748], "runs", "without steps and with steps"),
  row("001#22", [754, 768], "runs", "un-awaited send", "R9"),
  row(
    "001#23",
    [774, 786],
    "parts",
    "wait, bad and good",
    "declares `event` twice in one scope; each half runs alone",
  ),
  row("001#24", [792, 809], "runs", "domain events"),
  row(
    "001#25",
    [815, 839],
    "parts",
    "untyped and typed send",
    "uses `inngest` before its declaration; each half runs alone",
  ),
  row("001#26", [849, 873], "runs", "serve for Next.js, six functions"),
  row("003#01", [59, 65], "text", "install", "shell"),
  row("003#02", [69, 76], "text", "environment", "R16"),
  row("003#03", [80, 95], "text", "layout"),
  row("003#04", [103, 149], "runs", "client with zod record", "R2"),
  row("003#05", [153, 191], "runs", "zod schemas and EVENTS"),
  row("003#06", [195, 366], "runs", "order workflow", "R5, R7"),
  row("003#07", [370, 446], "runs", "drip of 1d, 2d, 4d"),
  row("003#08", [450, 520], "runs", "approval: match and if", "R4"),
  row("003#09", [524, 618], "runs", "fan-out, concurrency array", "R10, R22, R26"),
  row("003#10", [622, 728], "runs", "three crons"),
  row("003#11", [732, 778], "runs", "serve with streamTimeout", "R13"),
  row("003#12", [782, 845], "runs", "trigger functions, batch send", "R2"),
  row("003#13", [853, 884], "runs", "conditional steps"),
  row("003#14", [888, 946], "runs", "onFailure and compensation", "R11, R12"),
  row("003#15", [950, 968], "runs", "Promise.all in a step"),
  row("003#16", [972, 994], "runs", "debounce 5m per user"),
  row("003#17", [1002, 1008], "text", "dev server", "shell, R24"),
  row("003#18", [1012, 1042], "runs", "test: send, sleep 5 s, check"),
  row("003#19", [1050, 1056], "text", "deploy", "shell, R21"),
  row("003#20", [1060, 1063], "text", "production environment"),
  row("003#21", [1086, 1106], "runs", "ctx.logger", "R20"),
  row("003#22", [1115, 1128], "runs", "upsert in a step"),
  row("003#23", [1133, 1158], "runs", "one big step, four small ones"),
  row("003#24", [1162, 1176], "runs", "fromRecord(values)", "R2"),
  row("003#25", [1180, 1213], "runs", "timeout and TimeoutError", "R6"),
  row("003#26", [1217, 1235], "runs", "rateLimit 100 per minute and user"),
  row("003#27", [1276, 1290], "runs", "express send"),
  row("003#28", [1293, 1305], "runs", "everything in one step, and apart"),
  row("003#29", [1308, 1322], "runs", "create and upsert"),
  row("004#01", [47, 53], "text", "scripts", "shell, R24"),
  row("004#02", [59, 83], "runs", "Next route and send"),
  row("004#03", [87, 107], "runs", "two steps"),
  row("004#04", [126, 134], "text", "naming grammar"),
  row("004#05", [140, 154], "runs", "retries 3"),
  row("004#06", [166, 180], "runs", "cron 9 AM"),
  row("004#07", [186, 214], "runs", "four steps"),
  row("004#08", [224, 239], "runs", "route: send"),
  row("004#09", [245, 255], "runs", "synchronous route", "no SDK in it"),
  row("004#10", [263, 287], "runs", "fan-out and fan-in"),
  row("004#11", [295, 317], "runs", "unit test through .handler()", "R8"),
];

/** Rules of sdk.md 6.2 that no sample run by this package can show, with the place that has to. */
export const RULES_ELSEWHERE: Readonly<Record<string, string>> = {
  R25: "limits changed in the dashboard without a deploy: server and dashboard (issue 5)",
};
