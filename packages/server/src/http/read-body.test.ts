// How a body that breaks off ends. What whole bodies come to is tested where they are used (send-events.test.ts).
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { readText } from "./read-body.ts";

it("refuses a body that breaks off, with an error that is nobody's bug", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{");
  const [incoming] = (await once(server, "request")) as [IncomingMessage];
  const reading = readText(incoming, 100);
  socket.destroy();
  await expect(reading).rejects.toMatchObject({
    code: "body_invalid",
    message: "The connection closed before the body was complete.",
  });
  server.close();
});
