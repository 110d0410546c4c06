// A server on Socket.IO with its Redis adapter, to measure beside the gateway: no history, no authentication.
//
// Usage: main.cjs <port> <Redis address>
// Prints "listening". A client names its room in what it connects with and is put into it; "send" with a room and a
// text goes to everybody in that room, by Redis, and is acknowledged at once.
const { createServer } = require("node:http");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");
const { Server } = require("socket.io");

async function main() {
  const [port, redis] = process.argv.slice(2);
  const publisher = createClient({ url: `redis://${redis}` });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  const http = createServer();
  const server = new Server(http, {
    adapter: createAdapter(publisher, subscriber, { key: "nexync-bench" }),
    perMessageDeflate: false,
    serveClient: false,
    transports: ["websocket"],
  });
  server.on("connection", (socket) => {
    socket.join(socket.handshake.auth.room);
    socket.on("send", (message, answer) => {
      server.to(message.room).emit("event", { body: message.body, pad: message.pad });
      answer();
    });
  });
  http.listen({ port: Number(port), host: "127.0.0.1", backlog: 2048 }, () => console.log("listening"));
}

main();
