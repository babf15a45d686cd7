// Runs a Go program of GOOS=js in Node with the kernels of a module: node node.js
// folder-of-wasm_exec.js kernels.wasm program.wasm arguments...
"use strict";
globalThis.require = require;
globalThis.fs = require("fs");
globalThis.path = require("path");
globalThis.crypto ??= require("crypto");
const [, , folder, kernels, program, ...args] = process.argv;
require(path.join(folder, "wasm_exec.js"));
const go = new Go();
go.argv = [program, ...args];
go.env = Object.assign({ TMPDIR: require("os").tmpdir() }, process.env);
go.exit = process.exit;
const compiled = new WebAssembly.Module(fs.readFileSync(kernels)), step = {}, bind = [];
for (const { name } of WebAssembly.Module.exports(compiled)) {
  let run = null;
  step[name] = (p, g, t) => run(p, g, t);
  bind.push(kernels => { run = kernels[name]; });
}
go.importObject.kernels = step;
WebAssembly.instantiate(fs.readFileSync(program), go.importObject).then(({ instance }) => {
  const kernels = new WebAssembly.Instance(compiled, { go: { mem: instance.exports.mem } }).exports;
  for (const f of bind) f(kernels);
  process.on("exit", code => {
    if (code === 0 && !go.exited) {
      go._pendingEvent = { id: 0 };
      go._resume(); // a deadlock: Go says where
    }
  });
  return go.run(instance);
}).catch(err => {
  console.error(err);
  process.exit(1);
});
