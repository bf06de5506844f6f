// The outside world of a sample: mail, payments, databases. Every name that a sample uses without declaring it is a service; each
// call is recorded in order, and answers what the test said it answers, or undefined.

export interface ServiceCall {
  /** `stripe.charges.create` */
  readonly name: string;
  readonly args: readonly unknown[];
  /** Time of the world when it was made, epoch ms. */
  readonly atMs: number;
}

type Answer = (...args: readonly unknown[]) => unknown;

export interface Services {
  readonly calls: readonly ServiceCall[];
  /** Names of the calls so far, in order; of some services when prefixes are given. */
  names(...prefixes: readonly string[]): readonly string[];
  /** First arguments of the calls of one service, in order. */
  inputs(name: string): readonly unknown[];
  /** What a service answers: a value, or a function of its arguments, which may throw. */
  answer(name: string, answer: unknown): void;
  /** Throws the error on the first `count` calls, then answers. */
  failFirst(name: string, count: number, answer?: unknown): void;
  forget(): void;
  /** The service of that name, with any member below it. */
  find(name: string): unknown;
}

export function createServices(): Services {
  const calls: ServiceCall[] = [];
  const answers = new Map<string, unknown>();
  const known = new Map<string, unknown>();

  const call = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    calls.push({ name, args, atMs: Date.now() });
    const answer = answers.get(name);
    return await (typeof answer === "function" ? (answer as Answer)(...args) : answer);
  };
  const find = (name: string): unknown => {
    const found = known.get(name) ?? createService(name, { call, find });
    known.set(name, found);
    return found;
  };
  const services: Services = {
    calls,
    find,
    names: (...prefixes) =>
      calls
        .map(({ name }) => name)
        .filter((name) => prefixes.length === 0 || prefixes.some((each) => name.startsWith(each))),
    inputs: (name) => calls.filter((each) => each.name === name).map(({ args }) => args[0]),
    answer: (name, answer) => void answers.set(name, answer),
    failFirst(name, count, answer) {
      let left = count;
      answers.set(name, (...args: readonly unknown[]) => {
        left -= 1;
        if (left >= 0) throw new Error(`${name} is down`);
        return typeof answer === "function" ? (answer as Answer)(...args) : answer;
      });
    },
    forget: () => void calls.splice(0),
  };
  return services;
}

function createService(
  name: string,
  world: {
    readonly call: (name: string, args: readonly unknown[]) => Promise<unknown>;
    readonly find: (name: string) => unknown;
  },
): unknown {
  return new Proxy(() => undefined, {
    apply: (_target, _self, args: unknown[]) => world.call(name, args),
    get(target, key) {
      // Not a promise, and printable: what `await` and formatters ask for is not part of a service.
      if (typeof key === "symbol" || key === "then" || key === "toJSON" || key in target) {
        return Reflect.get(target, key) as unknown;
      }
      return world.find(`${name}.${key}`);
    },
  });
}
