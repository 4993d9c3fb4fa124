// What is in memory while the network runs: a step a layer, as wide as its time. Training goes forward, where what the
// backward pass needs piles up, and back, where it goes.
views.push((() => {
  const figure = byId("memory");
  const svg = d3.select(figure).append("svg").attr("aria-hidden", "true");
  let steps = [], x, y, area, guide = null, at = -1;

  const training = () => state.report.analysis.phase === "training";
  const kept = () => state.report.parts.filter((part) => part.name !== "activations" && part.bytes > 0);

  function build() {
    const list = [];
    let now = 0;
    const step = (row, time, live, pass) => {
      if (time > 0) list.push({ row, from: now, to: (now += time), live, pass });
    };
    const time = (row, ...passes) => d3.sum(passes, (pass) => row[pass + "_time_s"]);
    if (!training()) {
      for (const row of state.rows) step(row, row.time_s, row.live_bytes, "");
    } else {
      for (const row of state.rows) step(row, time(row, "fprop"), row.live_bytes, "forward");
      for (const row of state.rows.slice().reverse()) step(row, time(row, "dgrad", "wgrad"), row.live_bytes, "backward");
      for (const row of state.rows) step(row, time(row, "optimizer"), 0, "optimizer");
    }
    steps = list;
  }

  // As many steps as there are pixels: of those that share one the highest.
  function thinned() {
    const wide = area.right - area.left;
    if (steps.length <= 2 * wide) return steps;
    const list = [];
    for (const step of steps) {
      const pixel = Math.floor(x(step.from));
      const last = list[list.length - 1];
      if (last && last.pixel === pixel) {
        last.live = Math.max(last.live, step.live);
        last.to = step.to;
      } else {
        list.push({ pixel, from: step.from, to: step.to, live: step.live });
      }
    }
    return list;
  }

  function path(list, base, top) {
    const points = list.flatMap((s) => [[x(s.from), y(top(s))], [x(s.to), y(top(s))]]);
    const down = list.length > 0 ? [[x(list[list.length - 1].to), y(base)], [x(list[0].from), y(base)]] : [];
    return points.length > 0 ? "M" + [...points, ...down].map((p) => p.map((v) => v.toFixed(1)).join(",")).join("L") + "Z" : "";
  }

  function draw() {
    const width = figure.clientWidth;
    const all = byId("memory-all").checked;
    const below = all ? d3.sum(kept(), (part) => part.bytes) : 0;
    const most = d3.max(steps, (s) => s.live) || 0;
    const limit = state.report.dram_capacity;
    const high = (below + most) * 1.08 || 1;
    area = { left: 74, right: width - 8, top: 14, bottom: 214 };
    svg.attr("width", width).attr("height", 246).attr("viewBox", `0 0 ${width} 246`).selectAll("*").remove();
    x = d3.scaleLinear().domain([0, steps.length > 0 ? steps[steps.length - 1].to : 1]).range([area.left, area.right]);
    y = d3.scaleLinear().domain([0, all && limit && limit < high * 1.5 ? Math.max(high, limit * 1.04) : high]).range([area.bottom, area.top]);
    axes();
    let base = 0;
    (all ? kept() : []).forEach((part, i) => {
      const tone = d3.interpolateRgb(style("--rule"), style("--soft"))(0.15 + 0.2 * i);
      svg.append("rect").attr("class", "area").attr("x", area.left).attr("width", area.right - area.left).attr("y", y(base + part.bytes))
        .attr("height", y(base) - y(base + part.bytes)).attr("fill", tone);
      if (y(base) - y(base + part.bytes) > 14) svg.append("text").attr("x", area.left + 8).attr("y", y(base + part.bytes / 2) + 4).style("fill", style("--ink"))
        .text(`${part.name} ${capacity(part.bytes)}`);
      base += part.bytes;
    });
    svg.append("path").attr("class", "area").attr("fill", style("--accent")).attr("d", path(thinned(), below, (s) => below + s.live));
    if (all && limit && y(limit) >= area.top) {
      svg.append("line").attr("x1", area.left).attr("x2", area.right).attr("y1", y(limit)).attr("y2", y(limit)).attr("stroke", "#d1500a").attr("stroke-dasharray", "5 3");
      svg.append("text").attr("x", area.right).attr("y", y(limit) - 4).attr("text-anchor", "end").style("fill", "#d1500a").text(`the device has ${capacity(limit)}`);
    }
    svg.append("g").attr("class", "chosen");
    guide = svg.append("line").attr("class", "guide").attr("y1", area.top).attr("y2", area.bottom).attr("visibility", "hidden");
    mark();
  }

  function axes() {
    const grid = svg.append("g").attr("class", "grid");
    for (const bytes of binaryTicks(y.domain()[1])) {
      grid.append("line").attr("class", "strong").attr("x1", area.left).attr("x2", area.right).attr("y1", y(bytes)).attr("y2", y(bytes));
      grid.append("text").attr("x", area.left - 7).attr("y", y(bytes) + 4).attr("text-anchor", "end").text(bytes === 0 ? "0" : capacity(bytes).replace(/\.0*(?= )/, ""));
    }
    const end = x.domain()[1];
    for (const time of x.ticks(Math.max(2, (area.right - area.left) / 120))) {
      if (time > end) continue;
      grid.append("text").attr("x", x(time)).attr("y", area.bottom + 16).attr("text-anchor", time === 0 ? "start" : x(time) > area.right - 30 ? "end" : "middle")
        .text(seconds(time).replace(/\.0*(?= |$)/, ""));
    }
  }
  // Round in the unit that is shown: 256 MiB, not 268 MB.
  function binaryTicks(high) {
    const unit = 1024 ** Math.floor(Math.log2(Math.max(1, high)) / 10);
    return d3.ticks(0, high / unit, 4).map((count) => count * unit);
  }

  function lede() {
    const peak = steps.reduce((best, s) => (best && best.live >= s.live ? best : s), null);
    const memory = state.report.analysis.totals.memory;
    const limit = state.report.dram_capacity;
    byId("memory-lede").textContent = (training()
      ? `What the backward pass needs piles up to ${capacity(memory.activations_bytes)}. `
      : `At most ${capacity(memory.activations_bytes)} of activations are alive at one time${peak ? `, at ${peak.row.name}` : ""}. `) +
      `With ${kept().map((part) => part.name).join(", ") || "no weights"} that is ${capacity(memory.total_bytes)}` +
      (limit ? ` of ${capacity(limit)}.` : ".") + " Repetitions of a block are drawn as one.";
  }

  function mark() {
    const chosen = steps.filter((s) => state.selection.has(s.row.index));
    svg.select(".chosen").selectAll("rect").data(chosen.slice(0, 600)).join("rect").attr("x", (s) => x(s.from))
      .attr("width", (s) => Math.max(1, x(s.to) - x(s.from))).attr("y", area.top).attr("height", area.bottom - area.top)
      .attr("fill", style("--chosen")).attr("opacity", 0.22);
    const step = state.active >= 0 && (at >= 0 && steps[at] && steps[at].row.index === state.active ? steps[at]
      : steps.find((s) => s.row.index === state.active));
    if (guide) guide.attr("visibility", step ? "visible" : "hidden");
    if (step) guide.attr("x1", x((step.from + step.to) / 2)).attr("x2", x((step.from + step.to) / 2));
  }

  const stepAt = (event) => {
    const time = x.invert(event.clientX - figure.getBoundingClientRect().left);
    const i = d3.bisector((s) => s.to).left(steps, time);
    return time < 0 || i >= steps.length ? -1 : i;
  };
  function look(i, px, py) {
    at = i;
    const s = steps[i];
    hover(s.row.index);
    showTip(px, py, s.row.name, [`${capacity(s.live)} of activations${s.pass ? `, ${s.pass}` : ""}`, ...describe(s.row).slice(0, 1)]);
  }
  figure.addEventListener("pointermove", (event) => {
    const i = stepAt(event);
    if (i < 0) return hideTip();
    look(i, event.clientX, event.clientY);
  });
  figure.addEventListener("pointerleave", () => { hideTip(); hover(-1); });
  figure.addEventListener("click", (event) => {
    const i = stepAt(event);
    if (i >= 0) select([steps[i].row.index], event.shiftKey || event.ctrlKey || event.metaKey);
  });
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && steps.length > 0) {
      const i = Math.max(0, Math.min(steps.length - 1, at + step));
      const box = figure.getBoundingClientRect();
      look(i, box.left + x(steps[i].from), box.top + area.top);
      byId("status").textContent = `${steps[i].row.name}: ${capacity(steps[i].live)}`;
    } else if (event.key === "Enter" && at >= 0) {
      select([steps[at].row.index], event.shiftKey);
    } else {
      return;
    }
    event.preventDefault();
  });
  figure.addEventListener("blur", hideTip);

  const csv = () => csvText(["name", "pass", "from_s", "to_s", "live_bytes"],
    steps.map((s) => [s.row.name, s.pass, s.from, s.to, s.live]));
  byId("memory-csv").onclick = () => download("memory.csv", csv());
  byId("memory-all").onchange = draw;
  page.api.memoryCsv = csv;
  page.api.steps = () => steps.map((s) => ({ name: s.row.name, live: s.live, from: s.from, to: s.to, pass: s.pass }));
  return {
    load() { build(); lede(); draw(); },
    select: mark, hover: mark, theme: draw, resize: draw,
  };
})());
