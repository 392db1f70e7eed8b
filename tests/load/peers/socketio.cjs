// socket.io: `emit` to everybody.
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const LONG = 300_000; // Milliseconds between two pings: the load answers none.
const http = createServer();
const server = new Server(http, { transports: ["websocket"], pingInterval: LONG, pingTimeout: LONG });
server.on("connection", (peer) => peer.on("message", (said) => server.emit("message", said)));
http.listen(0, "127.0.0.1", 2048, () => console.log(http.address().port));
