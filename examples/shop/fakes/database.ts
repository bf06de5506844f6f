// A database that forgets everything when the process ends. Every write is one that may safely be repeated, because a
// step that crashed before its result was recorded runs again.
import { setTimeout as pause } from "node:timers/promises";
import type { Pace } from "../pace.ts";

export type OrderStatus = "placed" | "paid" | "shipped" | "cancelled" | "failed";

export interface Database {
  stockOf(sku: string): Promise<number>;
  /** Takes the items out of stock, once per order. */
  reserve(orderId: string, items: readonly { sku: string; quantity: number }[]): Promise<void>;
  /** Puts an order's items back, once. */
  release(orderId: string): Promise<void>;
  saveOrder(orderId: string, status: OrderStatus): Promise<void>;
  countOrders(): Promise<Record<OrderStatus, number>>;
  subscribers(): Promise<string[]>;
}

const SUBSCRIBERS = [
  "ada",
  "alan",
  "barbara",
  "dennis",
  "donald",
  "edsger",
  "frances",
  "grace",
  "john",
  "ken",
  "margaret",
  "niklaus",
];

export function createDatabase(pace: Pace): Database {
  const stock = new Map([
    ["mug", 40],
    ["shirt", 25],
  ]);
  const reserved = new Map<string, readonly { sku: string; quantity: number }[]>();
  const orders = new Map<string, OrderStatus>();
  const move = (items: readonly { sku: string; quantity: number }[], sign: 1 | -1): void => {
    for (const { sku, quantity } of items) {
      stock.set(sku, (stock.get(sku) ?? 0) + sign * quantity);
    }
  };
  const latency = (): Promise<unknown> => pause(pace.ms(0.2));
  return {
    async stockOf(sku) {
      await latency();
      return stock.get(sku) ?? 0;
    },
    async reserve(orderId, items) {
      await latency();
      if (!reserved.has(orderId)) {
        reserved.set(orderId, items);
        move(items, -1);
      }
    },
    async release(orderId) {
      await latency();
      move(reserved.get(orderId) ?? [], 1);
      reserved.delete(orderId);
    },
    async saveOrder(orderId, status) {
      await latency();
      orders.set(orderId, status);
    },
    async countOrders() {
      await latency();
      const counts = { placed: 0, paid: 0, shipped: 0, cancelled: 0, failed: 0 };
      for (const status of orders.values()) {
        counts[status] += 1;
      }
      return counts;
    },
    async subscribers() {
      await latency();
      return SUBSCRIBERS.map((name) => `${name}@example.com`);
    },
  };
}
