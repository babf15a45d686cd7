
// The worker: runs the program once, and stays for the data of its run.
self.onmessage = async ({ data }) => {
  if (data.file) return self.myogenFile(data.file);
  try {
    const go = new Go(), step = {};
    go.argv = ["page", ...data.args];
    let kernel = null;
    for (const { name } of WebAssembly.Module.exports(data.kernels)) step[name] = (p, g, t) => kernel[name](p, g, t);
    go.importObject.kernels = step;
    const instance = await WebAssembly.instantiate(data.program, go.importObject);
    kernel = new WebAssembly.Instance(data.kernels, { go: { mem: instance.exports.mem } }).exports;
    await go.run(instance);
  } catch (e) {
    self.postMessage(["error", String(e)]);
  }
};
