
// The worker: runs the program once, and stays for the data of its run.
self.onmessage = async ({ data }) => {
  if (data.file) return self.myogenFile(data.file);
  try {
    const go = new Go(), step = {};
    go.argv = ["page", ...data.args];
    go.exit = code => { if (code > 1) self.postMessage(["error", "the program of the cell ended with code " + code]); }; // a panic; 1 is after an error that it told
    const bind = []; // the kernels work in the program's memory, which is there later
    for (const { name } of WebAssembly.Module.exports(data.kernels)) {
      let run = null;
      step[name] = (p, g, t) => run(p, g, t);
      bind.push(kernels => { run = kernels[name]; });
    }
    go.importObject.kernels = step;
    const instance = await WebAssembly.instantiate(data.program, go.importObject);
    const kernels = new WebAssembly.Instance(data.kernels, { go: { mem: instance.exports.mem } }).exports;
    for (const f of bind) f(kernels);
    await go.run(instance);
  } catch (e) {
    self.postMessage(["error", String(e)]);
  }
};
