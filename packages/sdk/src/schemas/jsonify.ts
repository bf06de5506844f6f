// The type of a value after a round trip through JSON: what a step gives back on replay. Type-level only.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */

type Unserialisable = bigint | symbol | undefined | ((...args: any[]) => any);

/** Keys whose values may survive; index signatures stay. */
type SerialisableKey<T, K extends keyof T> = K extends symbol
  ? never
  : 0 extends 1 & T[K]
    ? K
    : [T[K]] extends [Unserialisable]
      ? never
      : K;

/** A property that may be undefined may be absent afterwards. */
type MaybeAbsentKey<T> = {
  [K in keyof T]-?: 0 extends 1 & T[K]
    ? never
    : unknown extends T[K]
      ? never
      : undefined extends T[K]
        ? K
        : never;
}[keyof T];

type JsonifyObject<T> = Flatten<
  {
    [K in keyof T as K extends MaybeAbsentKey<T> ? never : SerialisableKey<T, K>]: Jsonify<T[K]>;
  } & {
    [K in keyof T as K extends MaybeAbsentKey<T> ? SerialisableKey<T, K> : never]?: Jsonify<
      Exclude<T[K], undefined>
    >;
  }
>;

type JsonifyItem<T> = [T] extends [never] ? never : T extends Unserialisable ? null : Jsonify<T>;

type JsonifyList<T extends readonly unknown[]> = { -readonly [K in keyof T]: JsonifyItem<T[K]> };

/** Resolves intersections, so that editors show one object. */
export type Flatten<T> = { [K in keyof T]: T[K] } & {};

/**
 * What JSON.parse(JSON.stringify(value)) gives back for a value of type T: dates become strings, functions and undefined
 * vanish, `any` and `unknown` stay.
 *
 * @example
 * type Stored = Jsonify<{ at: Date; note?: string }>; // { at: string; note?: string }
 */
export type Jsonify<T> = 0 extends 1 & T
  ? any
  : unknown extends T
    ? unknown
    : T extends string | number | boolean | null
      ? T
      : T extends { toJSON(...args: any[]): infer TJson }
        ? Jsonify<TJson>
        : T extends Unserialisable
          ? never
          : T extends readonly unknown[]
            ? JsonifyList<T>
            : T extends
                  | ReadonlyMap<any, any>
                  | ReadonlySet<any>
                  | WeakMap<any, any>
                  | WeakSet<any>
                  | RegExp
                  | Promise<any>
              ? Record<string, never>
              : T extends object
                ? JsonifyObject<T>
                : never;

/** The result of a step or function: nothing becomes null, everything else is jsonified. */
export type StepOutput<T> = 0 extends 1 & T
  ? any
  : [T] extends [never]
    ? never
    : T extends void
      ? null
      : Jsonify<T>;
