// Numbers that the workloads and the apps which they drive must agree on.

/** Sequential steps of a run of steps10. */
export const STEPS10 = 10;
