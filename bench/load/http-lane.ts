// One keep-alive connection that posts one request after the other. Written on a bare socket, because load generator and stub
// share two cores with what they measure and Node's own client costs as much as the server.
import { connect, type Socket } from "node:net";

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";

export interface LaneReply {
  readonly status: number;
  /** Names in lower case; of several of one name, the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the body begins. */
  readonly bytes: number;
  /** Of the body; undefined when it comes in chunks. */
  readonly length: number | undefined;
}

export class HttpLane {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #waiting: { resolve: (reply: LaneReply) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  static open(port: number): Promise<HttpLane> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new HttpLane(socket));
      });
    });
  }

  /** Posts JSON; resolves with the whole answer. One at a time. */
  post(
    path: string,
    json: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<LaneReply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      let head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`;
      for (const name of Object.keys(headers)) head += `${name}: ${headers[name]}\r\n`;
      this.#socket.write(`${head}content-length: ${Buffer.byteLength(json)}${HEAD_END}${json}`);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    this.#head ??= parseHead(this.#received);
    if (this.#head === undefined) return;
    const { status, headers, bytes, length } = this.#head;
    const found =
      length === undefined
        ? chunkedBody(this.#received, bytes)
        : plainBody(this.#received, bytes, length);
    if (found === undefined) return;
    const waiting = this.#waiting;
    this.#received = this.#received.subarray(found.end);
    this.#head = undefined;
    this.#waiting = undefined;
    waiting?.resolve({ status, headers, body: found.body });
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

function parseHead(received: Buffer): Head | undefined {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const [first = "", ...lines] = received.toString("latin1", 0, end).split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = headers["content-length"];
  return {
    status: Number(first.slice(9, 12)),
    headers,
    bytes: end + HEAD_END.length,
    length: length === undefined ? undefined : Number(length),
  };
}

interface FoundBody {
  readonly body: string;
  readonly end: number;
}

function plainBody(received: Buffer, start: number, length: number): FoundBody | undefined {
  const end = start + length;
  return received.length < end ? undefined : { body: received.toString("utf8", start, end), end };
}

/** Undefined while chunks are missing. No trailers, which none of the SDKs sends. */
function chunkedBody(received: Buffer, start: number): FoundBody | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = received.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const bytes = Number.parseInt(received.toString("latin1", at, lineEnd), 16);
    const partEnd = lineEnd + 2 + bytes;
    if (bytes === 0) {
      const end = at + LAST_CHUNK.length;
      return received.length < end ? undefined : { body: Buffer.concat(parts).toString(), end };
    }
    if (received.length < partEnd + 2) return undefined;
    parts.push(received.subarray(lineEnd + 2, partEnd));
    at = partEnd + 2;
  }
}
