// What VS Code's extension for Jupyter says to a kernel that it starts itself, from the
// command of its kernelspec, over sockets of the library that it brings:
// sockets.js LIBRARY KERNELSPEC
const assert = require("node:assert");
const { spawn } = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const [library, specFile] = process.argv.slice(2);
const { Dealer, Subscriber } = require(library);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sockets-"));
const key = crypto.randomUUID();
const session = crypto.randomUUID();

// freePorts finds so many ports, all of them open at once: each is another one.
async function freePorts(n) {
  const servers = Array.from({ length: n }, () => net.createServer());
  await Promise.all(servers.map(s => new Promise(done => s.listen(0, "127.0.0.1", done))));
  const ports = servers.map(s => s.address().port);
  await Promise.all(servers.map(s => new Promise(done => s.close(done))));
  return ports;
}

const sign = frames => frames.reduce((h, f) => h.update(f), crypto.createHmac("sha256", key)).digest("hex");

const received = []; // { channel, type, parent, content }
let wake = () => {};
let kernel;

async function listen(channel, socket) {
  for await (const frames of socket) {
    const at = frames.findIndex(f => f.toString() === "<IDS|MSG>");
    const [signature, ...parts] = frames.slice(at + 1, at + 6);
    assert.equal(signature.toString(), sign(parts), `the signature of a message on ${channel}`);
    const [header, parent, , content] = parts.map(p => JSON.parse(p));
    received.push({ channel, header, type: header.msg_type, parent: parent.msg_id, content });
    wake();
  }
}

// until waits for what holds of the messages that have come, or must never come.
async function until(what, holds) {
  const end = Date.now() + 180_000;
  for (;;) {
    const found = holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} does not come; there is ${JSON.stringify(received.slice(-5))}`);
    await new Promise(done => { wake = done; setTimeout(done, 1000); });
  }
}

async function main() {
  const names = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"];
  const connection = { transport: "tcp", ip: "127.0.0.1", signature_scheme: "hmac-sha256", key };
  const ports = await freePorts(names.length);
  names.forEach((name, i) => { connection[name] = ports[i]; });
  const file = path.join(folder, "kernel-v2-1.json");
  fs.writeFileSync(file, JSON.stringify(connection));
  const spec = JSON.parse(fs.readFileSync(specFile));
  const argv = spec.argv.map(a => a.replace("{connection_file}", file));
  const env = { ...process.env };
  for (const name in spec.env) env[name] = spec.env[name].replace(/\$\{(\w+)\}/g, (_, variable) => process.env[variable] ?? "");
  kernel = spawn(argv[0], argv.slice(1), { cwd: folder, env, stdio: "inherit" });
  const ended = new Promise(done => kernel.on("exit", done));

  const address = name => `tcp://127.0.0.1:${connection[name + "_port"]}`;
  const sockets = { iopub: new Subscriber() };
  for (const name of ["shell", "control", "stdin"]) sockets[name] = new Dealer({ routingId: session });
  for (const name in sockets) {
    sockets[name].connect(address(name));
    void listen(name, sockets[name]).catch(error => { console.error(error); process.exit(1); });
  }
  sockets.iopub.subscribe();

  const send = async (channel, type, content, metadata = {}) => {
    const header = { msg_id: crypto.randomUUID(), msg_type: type, session, username: "vscode", date: new Date().toISOString(), version: "5.2" };
    const parts = [header, {}, metadata, content].map(p => JSON.stringify(p));
    await sockets[channel].send(["<IDS|MSG>", sign(parts), ...parts]);
    return header.msg_id;
  };
  const answer = async (channel, type, content, metadata) => {
    const id = await send(channel, type, content, metadata);
    return (await until(`the answer to ${type} on ${channel}`, () => received.find(m => m.channel === channel && m.parent === id && m.type.endsWith("_reply")))).content;
  };
  const idle = id => until("the end of a request", () => received.find(m => m.channel === "iopub" && m.parent === id && m.type === "status" && m.content.execution_state === "idle"));
  const cell = code => ({ code, silent: false, store_history: true, user_expressions: {}, allow_stdin: true, stop_on_error: false });
  const run = async (content, seen = () => {}) => {
    const id = await send("shell", "execute_request", content, { cellId: "c1" });
    await seen(id);
    await idle(id);
    const reply = await until("the reply to a cell", () => received.find(m => m.channel === "shell" && m.parent === id));
    return { status: reply.content.status, reply: reply.content, types: received.filter(m => m.channel === "iopub" && m.parent === id).map(m => m.type),
      text: received.filter(m => m.channel === "iopub" && m.parent === id).map(m => m.content.text ?? m.content.evalue ?? m.content.data?.["text/plain"] ?? "").join("") };
  };

  // It asks until there is an answer, since the first request may come before the sockets.
  for (const channel of ["shell", "control"]) assert.equal((await answer(channel, "kernel_info_request", {})).language_info.name, "go", channel);
  assert.deepEqual((await answer("shell", "comm_info_request", { target_name: "jupyter.widget" })).comms, {});
  let got = await run({ code: "fmt.Println(1)", silent: true, store_history: false, user_expressions: {}, allow_stdin: false, stop_on_error: false });
  assert.equal(got.status, "ok", JSON.stringify(got));
  assert.ok(!got.types.includes("execute_input"), "a silent cell says what it runs");
  got = await run({ ...cell("1 + 1"), store_history: false });
  assert.deepEqual([got.status, got.text], ["ok", "2"]);
  got = await run(cell("x := 6\nx * 7"));
  assert.deepEqual([got.status, got.text, got.reply.execution_count], ["ok", "42", 1]);
  got = await run(cell("var name string\nfmt.Scan(&name)\nfmt.Println(name)"), async id => {
    await until("the question", () => received.find(m => m.channel === "stdin" && m.parent === id && m.type === "input_request"));
    await send("stdin", "input_reply", { value: "Ada", status: "ok" });
  });
  assert.deepEqual([got.status, got.text], ["ok", "Ada\n"]);
  got = await run(cell("fmt.Printn(1)"));
  assert.equal(got.status, "error");
  assert.match(got.text, /undefined: fmt.Printn; did you mean Print/);
  assert.equal((await answer("control", "debug_request", { type: "request", seq: 1, command: "debugInfo", arguments: {} })).status, "error");
  assert.equal((await answer("shell", "nonsense_request", {})).status, "error");
  assert.ok((await answer("shell", "complete_request", { code: "strings.Rep", cursor_pos: 11 })).matches.includes("Repeat"));
  assert.match((await answer("shell", "inspect_request", { code: "fmt.Println", cursor_pos: 11, detail_level: 0 })).data["text/plain"], /Println formats/);

  // A stop comes as a message or as a signal, as the kernelspec says.
  for (const stop of [() => answer("control", "interrupt_request", {}), () => kernel.kill("SIGINT")]) {
    got = await run(cell('fmt.Println("runs")\ntime.Sleep(time.Hour)'), async id => {
      await until("the cell", () => received.find(m => m.parent === id && m.type === "stream"));
      await stop();
    });
    assert.equal(got.status, "error");
    assert.match(got.text, /was stopped/);
  }
  assert.equal((await run(cell("2"))).text, "2");
  assert.deepEqual(await answer("control", "shutdown_request", { restart: process.argv[4] === "restart" }), { status: "ok", restart: process.argv[4] === "restart" });
  assert.equal(await ended, 0);
  const strangers = received.filter(m => m.header.session === session);
  assert.equal(strangers.length, 0, "the kernel has a session of its own");
  console.log("all answered");
}

main().then(() => 0, error => { console.error(error); return 1; }).then(status => { kernel?.kill("SIGKILL"); fs.rmSync(folder, { recursive: true, force: true }); process.exit(status); });
