// node ws: a loop of `send`.
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 2048, perMessageDeflate: false });
server.on("listening", () => console.log(server.address().port));
server.on("connection", (peer) => {
  peer.on("error", () => {});
  peer.on("message", (text) => {
    for (const one of server.clients) one.send(text, { binary: false });
  });
});
