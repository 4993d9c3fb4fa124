// The head of the page, what bounds the time, the advice, and the panel of what is selected.
views.push((() => {
  const total = (name, number, note) => element("div", {}, element("dt", {}, name),
    element("dd", {}, number, note ? element("small", {}, note) : null));

  function head() {
    const report = state.report;
    const a = report.analysis;
    document.title = `${a.model} on ${a.device}`;
    byId("headline").replaceChildren(a.model, element("span", {}, " on "), a.device);
    byId("standfirst").textContent = `${report.device_summary}. ${report.run}; fusion ${a.context.fusion}, ` +
      `${a.context.execution} execution. ${report.rates}`;
    const t = a.totals;
    const interval = t.time_p10_s === t.time_s && t.time_p90_s === t.time_s ? "" :
      `between ${seconds(t.time_p10_s)} and ${seconds(t.time_p90_s)} (P10 to P90)`;
    const parts = report.parts.filter((part) => part.bytes > 0).map((part) => `${part.name} ${capacity(part.bytes)}`);
    byId("totals").replaceChildren(
      total("Time of a run", seconds(t.time_s), interval),
      total("Plain roofline", seconds(t.roofline_time_s),
        t.time_s > 0 ? `${percent(t.roofline_time_s / t.time_s)} of the time` : ""),
      total("Arithmetic", si(t.flops, "FLOP"), t.time_s > 0 ? si(t.flops / t.time_s, "FLOP/s") : ""),
      total("Bytes moved", si(t.bytes_read + t.bytes_written, "B"), `${plain(t.arithmetic_intensity)} FLOP/B`),
      total("Parameters", si(t.parameters, ""), t.active_parameters === t.parameters ? "" :
        `${si(t.active_parameters, "")} used by a token`),
      total("Memory", capacity(t.memory.total_bytes),
        (report.dram_capacity ? `of ${capacity(report.dram_capacity)}: ` : "") + parts.join(", ")));
    const remarks = [...a.warnings.map((text) => element("p", { class: "warning" }, text)),
      ...a.unmodelled.map((u) => element("p", { class: "warning" }, `not modelled: ${u.name} (${u.type}), ${u.count} of it`)),
      ...(report.imported ? a.notes.map((text) => element("p", {}, `Note: ${text}`)) : [])];
    byId("remarks").replaceChildren(...remarks);
    byId("command").textContent = a.context.command;
    byId("conventions").textContent = "Conventions: " + a.convention.join("; ") + ".";
    byId("made").textContent = `Written by ${a.tool.name} ${a.tool.version}; charts drawn with D3. Calibration: ${a.context.calibration}.`;
  }

  // The time by what bounds it, as one bar; a press selects the rows.
  function bounds() {
    const shares = state.report.time_by_bound.filter((b) => b.time_s > 0).sort((x, y) => y.time_s - x.time_s);
    const all = d3.sum(shares, (b) => b.time_s);
    const bar = element("div", { class: "share", role: "group", "aria-label": "The time by what bounds it" });
    for (const { bound, time_s } of shares) {
      const rows = state.rows.filter((row) => row.bound === bound).map((row) => row.index);
      bar.append(element("button", { type: "button", "aria-label": `${bound}: ${percent(time_s / all)} of the time`,
        title: `${bound} (${boundOf.get(bound).meaning}): ${seconds(time_s)}, ${percent(time_s / all)}`,
        style: `flex: ${time_s / all} 1 0; background: ${color(bound)}`, onclick: () => select(rows) }));
    }
    const words = shares.map((b) => `${percent(b.time_s / all)} ${b.bound}`).slice(0, 5).join(", ");
    byId("bounds").replaceChildren(element("p", {}, `Of the time, what bounds it: ${words}.`), bar);
  }

  function change(item) {
    const part = Math.min(1, item.time_ratio);
    return element("div", { class: "change" }, element("code", {}, item.change),
      element("span", { class: "track", "aria-hidden": "true" }, element("i", { style: `width: ${part * 100}%` })),
      element("span", {}, `×${plain(item.time_ratio)} ${item.of === "network" ? "of the whole" : "of the layer"}`));
  }

  function advice() {
    const list = state.report.analysis.advice;
    byId("advice-section").hidden = list.length === 0;
    byId("advice").replaceChildren(...list.map((item) => element("li", {},
      element("button", { type: "button", class: "who",
        onclick: () => select(state.rows.filter((row) => row.name === item.layer).map((row) => row.index)) },
        `${item.layer}, ${percent(item.share)} of the time`),
      element("p", {}, item.why),
      ...(item.changes.length > 0 ? item.changes.map(change)
        : [element("p", {}, "No change of batch, format, fusion or sharding would help.")]))));
  }

  const pairs = (list) => element("dl", {}, ...list.flatMap(([name, content, title]) =>
    [element("dt", { title }, name), element("dd", {}, content)]));

  function one(row) {
    const texts = ["name", "op", "block", "category"];
    return [element("h3", {}, row.name),
      element("p", {}, `${row.op} (${row.category})${row.block ? ` in ${row.block}` : ""}`),
      pairs(columns.filter((c) => !texts.includes(c.key)).map((c) => [c.header || c.key, human(c, value(row, c)), `${c.key}: ${c.meaning}`])),
      row.fused ? element("p", {}, "One kernel of: " + row.fused.join(", ")) : null];
  }

  function several(rows) {
    const all = together(rows, `${rows.length} layers`);
    const largest = rows.slice().sort((a, b) => b.time_s - a.time_s).slice(0, 5);
    return [element("h3", {}, all.name),
      element("p", {}, "together, by what most of their time is bound by"),
      pairs(columns.filter((c) => all[c.key] !== undefined && c.key !== "name").map((c) =>
        [c.header || c.key, human(c, all[c.key]), `${c.key}: ${c.meaning}`])),
      element("p", {}, "The largest:"),
      element("ol", {}, ...largest.map((row) => element("li", {}, `${row.name}, ${percent(row.share)}`)))];
  }

  // What takes most time, for a start.
  function largest() {
    const rows = state.rows.slice().sort((a, b) => b.time_s - a.time_s).slice(0, 10);
    return element("ol", { class: "largest", "aria-label": "The layers that take most time" }, ...rows.map((row) =>
      element("li", {}, element("button", { type: "button", onclick: () => select([row.index]) },
        element("span", {}, row.name), element("span", {}, seconds(row.time_s)),
        element("i", { style: `width: ${100 * row.time_s / (rows[0].time_s || 1)}%; background: ${color(row.bound)}` })))));
  }

  function detail() {
    const rows = [...state.selection].sort((a, b) => a - b).map((i) => state.rows[i]);
    const box = byId("detail");
    box.classList.toggle("empty", rows.length === 0);
    if (rows.length === 0) {
      box.replaceChildren(element("h3", {}, "Nothing selected"),
        element("p", {}, "Press a mark, a bar, a point of the curve or a line of the table: it is marked in all of them, and its numbers stand here."),
        largest());
      return;
    }
    box.replaceChildren(...(rows.length === 1 ? one(rows[0]) : several(rows)).filter((node) => node != null),
      element("button", { type: "button", id: "clear", onclick: () => select([]) }, "Clear"),
      " ", element("button", { type: "button", class: "csv", onclick: () => download("selected.csv", rowsAsCsv(rows)) }, "CSV"));
    box.scrollTop = 0;
  }

  return { load() { head(); bounds(); advice(); }, select: detail, theme() { bounds(); detail(); } };
})());
