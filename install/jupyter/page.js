// An extension of JupyterLab and Notebook: a page that is opened while a cell runs, or
// after one ran whose page was closed, gets from the kernel what was shown meanwhile.
// It is loaded as a federated module, without a bundler.
(() => {
  let scope;

  const shared = async name => (await Object.values(scope[name])[0].get())();

  // Adds messages to a cell's outputs as JupyterLab itself does.
  const follow = (cell, record) => {
    const outputs = cell.model.outputs, displays = new Map(), seen = new Set(record.seen);
    const add = output => {
      const i = outputs.add(output) - 1, id = output.transient?.display_id;
      if (id) displays.set(id, [...(displays.get(id) ?? []), i]);
    };
    cell.model.trusted = true; // the user ran it
    outputs.clear();
    record.outputs.forEach(add);
    cell.model.executionCount = record.execution_count || null;
    return msg => {
      if (seen.has(msg.header.msg_id)) return;
      const content = msg.content;
      switch (msg.header.msg_type) {
        case "stream": case "display_data": case "execute_result": case "error":
          add({ ...content, output_type: msg.header.msg_type });
          break;
        case "update_display_data":
          for (const i of displays.get(content.transient?.display_id) ?? []) outputs.set(i, { ...content, output_type: "display_data" });
          break;
        case "clear_output":
          outputs.clear(content.wait);
          if (!content.wait) displays.clear();
      }
    };
  };

  const prompt = (cell, state) => {
    if ("executionState" in cell.model) cell.model.executionState = state;
    cell.setPrompt(state === "idle" ? `${cell.model.executionCount ?? ""}` : "*");
  };

  // Asks for what cells have shown. A page that was just opened may not hear yet what the
  // kernel publishes, the end of its answer too: then what comes next would be missed.
  const outputs = async (kernel, KernelMessage) => {
    for (;;) {
      const ask = KernelMessage.createMessage({ msgType: "outputs_request", channel: "shell", session: kernel.clientId, username: kernel.username, content: {} });
      const future = kernel.sendShellMessage(ask, true, true);
      const reply = await new Promise(resolve => { future.onReply = resolve; });
      const heard = await Promise.race([future.done.then(() => true, () => false), new Promise(resolve => setTimeout(resolve, 2000, false))]);
      if (heard) return reply;
      future.dispose();
    }
  };

  const opened = async (panel, KernelMessage) => {
    await Promise.all([panel.context.ready, panel.sessionContext.ready]);
    const kernel = panel.sessionContext.session?.kernel;
    if (!kernel || (await kernel.info).implementation !== "gomyogen") return;
    const early = []; // what comes before the answer
    const running = new Map();
    const listen = (_, msg) => {
      const request = msg.parent_header.msg_id;
      if (early.length < 10000 && !running.done) early.push(msg);
      const r = running.get(request);
      if (!r) return;
      r.take(msg);
      if (msg.header.msg_type === "status" && msg.content.execution_state === "idle") {
        running.delete(request);
        prompt(r.cell, "idle");
      }
    };
    kernel.iopubMessage.connect(listen);
    const reply = await outputs(kernel, KernelMessage);
    const saved = Date.parse(panel.context.contentsModel?.last_modified) || 0;
    for (const record of reply.content.cells ?? []) {
      if (!record.running && Date.parse(record.ended) <= saved) continue; // the file has it
      const cell = panel.content.widgets.find(w => w.model.type === "code" && w.model.id === record.cell);
      if (!cell || cell.model.sharedModel.getSource() !== record.code || cell.outputArea?.future?.msg?.header.msg_id === record.msg_id) continue;
      const take = follow(cell, record);
      if (record.running) {
        running.set(record.msg_id, { cell, take });
        prompt(cell, "running");
      } else {
        prompt(cell, "idle");
      }
    }
    running.done = true;
    for (const msg of early) if (running.has(msg.parent_header.msg_id)) listen(kernel, msg);
  };

  (window._JUPYTERLAB ??= {}).gomyogen = {
    init: s => { scope = s; },
    get: async () => {
      const [{ INotebookTracker }, { KernelMessage }] = await Promise.all(["@jupyterlab/notebook", "@jupyterlab/services"].map(shared));
      return () => ({
        id: "gomyogen:opened",
        description: "Shows what cells have shown while no page was open.",
        autoStart: true,
        requires: [INotebookTracker],
        activate: (_, tracker) => {
          const look = panel => opened(panel, KernelMessage).catch(e => console.warn("gomyogen:", e));
          tracker.forEach(look);
          tracker.widgetAdded.connect((_, panel) => { look(panel); });
        },
      });
    },
  };
})();
