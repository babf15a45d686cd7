// What VS Code asks a kernel for, by the client library that it uses for it:
// services.js LIBRARY URL TOKEN
const assert = require("node:assert");
const [library, url, token] = process.argv.slice(2);
const { KernelManager, ServerConnection } = require(library);

async function main() {
  const serverSettings = ServerConnection.makeSettings({ baseUrl: url, wsUrl: url.replace(/^http/, "ws"), token, appendToken: true });
  const manager = new KernelManager({ serverSettings });
  const kernel = await manager.startNew({ name: "gomyogen" });
  const info = await kernel.info;
  assert.equal(info.language_info.name, "go");

  // run runs a cell; seen is called with what it publishes, answers is what its user types.
  const run = async (code, seen = () => {}, answers = []) => {
    const future = kernel.requestExecute({ code, stop_on_error: true, allow_stdin: true });
    let shown = "";
    future.onIOPub = message => {
      const { content } = message;
      shown += content.text ?? content.evalue ?? content.data?.["text/plain"] ?? "";
      seen(message);
    };
    future.onStdin = message => kernel.sendInputReply({ value: answers.shift(), status: "ok" }, message.header);
    const reply = await future.done;
    return [reply.content.status, shown];
  };
  assert.deepEqual(await run("x := 6\nx * 7"), ["ok", "42"]);
  assert.deepEqual(await run("func twice(x int) int { return 2 * x }"), ["ok", ""]);
  assert.deepEqual(await run("var name string\nfmt.Scan(&name)\nfmt.Println(name, twice(2))", undefined, ["Ada"]), ["ok", "Ada 4\n"]);
  let [status, shown] = await run("twic(1)");
  assert.equal(status, "error");
  assert.match(shown, /undefined: twic; did you mean twice\?/);
  [status, shown] = await run('fmt.Println("runs")\ntime.Sleep(time.Hour)', m => m.header.msg_type === "stream" && kernel.interrupt());
  assert.equal(status, "error");
  assert.match(shown, /was stopped/);

  assert.ok((await kernel.requestComplete({ code: "strings.Rep", cursor_pos: 11 })).content.matches.includes("Repeat"));
  assert.match((await kernel.requestInspect({ code: "twice", cursor_pos: 5, detail_level: 0 })).content.data["text/plain"], /func twice\(x int\) int/);
  assert.equal((await kernel.requestIsComplete({ code: "for {" })).content.status, "incomplete");
  const { history } = (await kernel.requestHistory({ output: false, raw: true, hist_access_type: "tail", n: 1 })).content;
  assert.match(history[0][2], /runs/);
  await kernel.restart();
  assert.deepEqual(await run("1 + 2"), ["ok", "3"]);
  await kernel.shutdown();
  console.log("all answered");
}

main().then(() => process.exit(0), error => { console.error(error); process.exit(1); });
