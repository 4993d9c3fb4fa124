// The roofline: axes and roofs in SVG, marks on a canvas (there may be many), what is hovered and selected on another.
views.push((() => {
  const figure = byId("roofline");
  const svg = d3.select(figure).append("svg").attr("aria-hidden", "true");
  const canvas = d3.select(figure).append("canvas").node();
  const overlay = d3.select(figure).append("canvas").node();
  const largest = 20;   // radius of the mark that takes most time
  const smallest = 1.8;
  const whole = 62;     // radius of a mark with all the time: many small layers stay small
  let width = 0, height = 0, wide = true, area, strip, x0, y0, x, y, transform = d3.zoomIdentity;
  let order = [], places = [], taken = [], quadtree = null;

  const roofs = () => state.report.roofs;
  const isSlope = (roof) => roof.unit === "memory";
  const at = (roof, intensity) => (isSlope(roof) ? roof.rate * intensity : roof.rate);
  const dramRate = () => roofs().find((roof) => isSlope(roof) && roof.name === "dram" && !roof.measured).rate;

  function layOut() {
    width = figure.clientWidth;
    wide = width >= 720;
    const hasStrip = state.rows.some((row) => !onRoofline(row));
    const tall = Math.max(320, Math.min(540, width * 0.6));
    area = { left: 50, right: width - (wide ? 208 : 12), top: 22, bottom: 22 + tall };
    strip = hasStrip ? { left: area.left, right: area.right, top: area.bottom + 48, bottom: area.bottom + 76 } : null;
    height = (strip ? strip.bottom + 22 : area.bottom + 40);
    svg.attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
    for (const c of [canvas, overlay]) {
      c.width = width * devicePixelRatio;
      c.height = height * devicePixelRatio;
      c.style.width = width + "px";
      c.style.height = height + "px";
    }
    scales();
  }

  function scales() {
    let [left, right, low, high] = [Infinity, 0, Infinity, 0];
    for (const roof of roofs().filter((r) => !isSlope(r))) {
      left = Math.min(left, roof.ridge_point / 10);
      right = Math.max(right, roof.ridge_point * 4);
      high = Math.max(high, roof.rate * 1.6);
    }
    for (const row of state.rows.filter(onRoofline)) {
      left = Math.min(left, row.arithmetic_intensity / 1.5);
      right = Math.max(right, row.arithmetic_intensity * 1.5);
      low = Math.min(low, rate(row) / 1.8);
      high = Math.max(high, rate(row) * 1.6);
    }
    for (const roof of roofs().filter(isSlope)) low = Math.min(low, roof.rate * left);
    x0 = d3.scaleLog().domain([left, right]).range([area.left, area.right]);
    y0 = d3.scaleLog().domain([low, high]).range([area.bottom, area.top]);
  }

  // Decades, and within few decades what lies between, named at 1, 2 and 5.
  function ticks(scale, room) {
    const [low, high] = scale.domain();
    const decades = Math.log10(high / low);
    const list = [];
    const stride = Math.ceil(decades / Math.max(2, room / 46));
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); ++e) {
      for (let digit = 1; digit < 10; ++digit) {
        const number = digit * 10 ** e;
        if (number < low || number > high) continue;
        const named = digit === 1 ? e % stride === 0 : decades < 2.2 && (digit === 2 || digit === 5);
        if (named || decades < 7) list.push({ number, label: named ? label(number) : "" });
      }
    }
    return list;
  }
  const label = (number) => (number < 1 ? String(Number(number.toPrecision(3))) : si(number, "").replace(/\.0*(?= |$)/, ""));

  function drawAxes() {
    const grid = svg.append("g").attr("class", "grid");
    for (const tick of ticks(x, area.right - area.left)) {
      const px = x(tick.number);
      grid.append("line").attr("x1", px).attr("x2", px).attr("y1", area.top).attr("y2", area.bottom).classed("strong", tick.label);
      if (tick.label) grid.append("text").attr("x", px).attr("y", area.bottom + 16).attr("text-anchor", "middle").text(tick.label);
    }
    for (const tick of ticks(y, area.bottom - area.top)) {
      const py = y(tick.number);
      grid.append("line").attr("x1", area.left).attr("x2", area.right).attr("y1", py).attr("y2", py).classed("strong", tick.label);
      if (tick.label) grid.append("text").attr("x", area.left - 6).attr("y", py + 4).attr("text-anchor", "end").text(tick.label);
    }
    const name = (px, py, anchor, text) =>
      svg.append("text").attr("class", "axis-name").attr("x", px).attr("y", py).attr("text-anchor", anchor).text(text);
    name(area.right, area.bottom + 33, "end", "FLOP per byte");
    name(0, 12, "start", "FLOP/s");
  }

  // The roofs that the run's products and its element-wise work lie under stand out.
  function isAside(roof) {
    if (isSlope(roof)) return roof.name !== "dram";
    const formats = roof.name.split(", ");
    const math = state.report.analysis.context.precision.math.replace(/^fp8_.*/, "fp8");
    return !(roof.unit === "vector" && formats.includes("fp32")) && !formats.includes(math);
  }
  const roofClass = (roof) => (roof.measured ? "measured" : isAside(roof) ? "aside" : "");

  function drawRoofs() {
    svg.append("clipPath").attr("id", "plot").append("rect").attr("x", area.left).attr("y", area.top)
      .attr("width", area.right - area.left).attr("height", area.bottom - area.top);
    const group = svg.append("g").attr("clip-path", "url(#plot)");
    const top = d3.max(roofs().filter((r) => !isSlope(r)), (r) => r.rate) || y.domain()[1];
    for (const roof of roofs()) {
      const from = isSlope(roof) ? Math.min(x.domain()[0], y.domain()[0] / roof.rate) : roof.ridge_point;
      const to = isSlope(roof) ? top / roof.rate : Math.max(x.domain()[1], roof.ridge_point);
      group.append("line").attr("class", "roof " + roofClass(roof)).attr("data-rate", roof.rate)
        .attr("data-unit", roof.unit).attr("data-name", roof.name)
        .attr("x1", x(from)).attr("y1", y(at(roof, from))).attr("x2", x(to)).attr("y2", y(at(roof, to)));
      if (!isSlope(roof)) group.append("circle").attr("class", "ridge").attr("data-ridge", roof.ridge_point)
        .attr("cx", x(from)).attr("cy", y(roof.rate)).attr("r", 2.4);
    }
    nameSlopes();
    nameLevels();
  }

  // Along the line where it is free; measured ones below, since they lie close under the data sheet's.
  function nameSlopes() {
    for (const roof of roofs().filter(isSlope)) {
      const left = Math.max(x.domain()[0], y.domain()[0] / roof.rate);
      const from = [x(left), y(at(roof, left))];
      const to = [x(left * 10), y(at(roof, left * 10))];
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
      const unit = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
      const text = `${roof.name} ${si(roof.rate, "B/s")}${roof.measured ? ", measured" : ""}`;
      const away = roof.measured ? -13 : 4;
      for (let start = 12; start < width; start += 14) {
        const [px, py] = [from[0] + unit[0] * start + unit[1] * away, from[1] + unit[1] * start - unit[0] * away];
        const boxes = d3.range(0, text.length * 6 + 6, 6).map((along) => {
          const [cx, cy] = [px + unit[0] * along + unit[1] * 5, py + unit[1] * along - unit[0] * 5];
          return [cx - 5, cy - 5, cx + 5, cy + 5];
        });
        if (!boxes.every(isFree)) continue;
        taken.push(...boxes);
        svg.append("text").attr("class", "roof-name " + roofClass(roof))
          .attr("transform", `translate(${px},${py}) rotate(${Math.atan2(unit[1], unit[0]) * 180 / Math.PI})`).text(text);
        break;
      }
    }
  }

  // Whether a box is within the plot and covers neither a large mark nor a name.
  const isFree = (b) => b[0] > area.left && b[2] < area.right && b[1] > area.top - 6 && b[3] < area.bottom &&
    !taken.some((o) => b[0] < o[2] && o[0] < b[2] && b[1] < o[3] && o[1] < b[3]);

  // In the margin and moved apart, or on a narrow screen at the line where there is room.
  function nameLevels() {
    const levels = roofs().filter((r) => !isSlope(r) && y(r.rate) > area.top - 2 && y(r.rate) < area.bottom)
      .sort((a, b) => b.rate - a.rate);
    const step = 13;
    const places = levels.map((roof) => y(roof.rate));
    for (let i = 1; i < places.length; ++i) places[i] = Math.max(places[i], places[i - 1] + step);
    let last = area.bottom;
    for (let i = places.length - 1; i >= 0; --i, last -= step) places[i] = last = Math.min(places[i], last);
    levels.forEach((roof, i) => {
      const text = `${roof.unit} ${roof.name}  ${si(roof.rate, "")} at ${plain(roof.ridge_point)}${roof.measured ? ", measured" : ""}`;
      const py = y(roof.rate);
      if (wide) {
        svg.append("path").attr("class", "roof " + roofClass(roof)).style("stroke-dasharray", "none").style("stroke-width", .7)
          .attr("d", `M${area.right + 1},${py}h4L${area.right + 12},${places[i]}`);
        svg.append("text").attr("class", "roof-name " + roofClass(roof)).attr("x", area.right + 14).attr("y", places[i] + 3.5).text(text);
      } else if (!isAside(roof) || roof.measured) {
        const box = [area.right - 4 - text.length * 5.8, py - 14, area.right - 2, py - 2];
        if (!isFree(box)) return;
        taken.push(box);
        svg.append("text").attr("class", "roof-name").attr("x", area.right - 3).attr("y", py - 4).attr("text-anchor", "end").text(text);
      }
    });
  }

  function drawStrip() {
    if (!strip) return;
    svg.append("rect").attr("class", "strip").attr("x", strip.left).attr("y", strip.top)
      .attr("width", strip.right - strip.left).attr("height", strip.bottom - strip.top);
    for (const part of [0, 25, 50, 75, 100]) {
      svg.append("text").attr("x", strip.left + (strip.right - strip.left) * part / 100).attr("y", strip.bottom + 14)
        .attr("text-anchor", part === 0 ? "start" : part === 100 ? "end" : "middle").text(part + " %");
    }
    const note = svg.append("text").attr("class", "axis-name");
    if (wide) {
      note.append("tspan").attr("x", strip.right + 14).attr("y", strip.top + 12).text("layers without FLOPs: what");
      note.append("tspan").attr("x", strip.right + 14).attr("y", strip.top + 26).text("they reach of the dram's rate");
    } else {
      note.attr("x", strip.left).attr("y", strip.top - 5).text("without FLOPs: what they reach of the dram's rate");
    }
  }

  function place(row, longest) {
    const unit = Math.min(whole, largest / Math.sqrt(longest)) * (wide ? 1 : 0.7);
    const r = longest > 0 ? Math.max(smallest, unit * Math.sqrt(row.share)) : smallest;
    if (onRoofline(row)) return { row, r, x: x(row.arithmetic_intensity), y: y(rate(row)) };
    const share = row.time_s > 0 ? Math.min(1, row.bytes / row.time_s / dramRate()) : 0;
    return { row, r, x: strip.left + (strip.right - strip.left) * share, y: (strip.top + strip.bottom) / 2 };
  }
  const inside = (p) => !onRoofline(p.row) ||
    (p.x >= area.left && p.x <= area.right && p.y >= area.top && p.y <= area.bottom);

  function draw() {
    x = transform.rescaleX(x0);
    y = transform.rescaleY(y0);
    svg.selectAll("*").remove();
    const longest = d3.max(state.rows, (row) => row.share);
    places = state.rows.map((row) => place(row, longest));
    quadtree = d3.quadtree(places.filter(inside), (p) => p.x, (p) => p.y);
    taken = order.slice(0, 60).map((i) => places[i]).filter(inside)
      .map((p) => [p.x - p.r * .8, p.y - p.r * .8, p.x + p.r * .8, p.y + p.r * .8]);
    drawAxes();
    drawRoofs();
    drawStrip();
    paint();
  }

  function shape(context, bound, p, r) {
    const mark = boundOf.get(bound).mark;
    context.beginPath();
    if (mark === "circle") {
      context.arc(p.x, p.y, r, 0, 2 * Math.PI);
    } else if (mark === "square") {
      context.rect(p.x - r * 0.886, p.y - r * 0.886, r * 1.772, r * 1.772);
    } else if (mark === "triangle") {
      const side = r * 1.347;
      corners(context, [p.x, p.y - side], [p.x + side * 0.866, p.y + side / 2], [p.x - side * 0.866, p.y + side / 2]);
    } else {
      const side = r * 1.253;
      corners(context, [p.x, p.y - side], [p.x + side, p.y], [p.x, p.y + side], [p.x - side, p.y]);
    }
  }

  function corners(context, first, ...others) {
    context.moveTo(...first);
    for (const corner of others) context.lineTo(...corner);
    context.closePath();
  }

  function start(target) {
    const context = target.getContext("2d");
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  function paint() {
    const context = start(canvas);
    const shown = new Set(state.visible.map((row) => row.index));
    const colors = new Map(page.bounds.map((b) => [b.name, color(b.name)]));
    const line = style("--mark-line");
    const some = state.selection.size > 0;
    for (const i of order) {
      const p = places[i];
      if (!inside(p)) continue;
      context.globalAlpha = !shown.has(i) ? 0.05 : some && !state.selection.has(i) ? 0.16 : 0.8;
      context.fillStyle = colors.get(p.row.bound);
      shape(context, p.row.bound, p, p.r);
      context.fill();
      if (p.r < 2.5) continue;
      context.strokeStyle = line;
      context.lineWidth = 0.8;
      context.stroke();
    }
    context.globalAlpha = 1;
    names(context, shown);
    paintOver();
  }

  // The names of the layers that take most time, where they cover no other name.
  function names(context, shown) {
    context.font = "11px " + style("--sans");
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = style("--paper");
    context.fillStyle = style("--ink");
    const before = taken.length;
    const seen = new Set();
    let left = wide ? page.named : Math.min(4, page.named);
    for (const i of order) {
      const p = places[i];
      const spot = Math.round(p.x) + " " + Math.round(p.y);
      if (left === 0) break;
      if (!shown.has(i) || !onRoofline(p.row) || !inside(p) || seen.has(spot)) continue;
      seen.add(spot);
      --left;
      const text = p.row.name.length > 30 ? "…" + p.row.name.slice(-29) : p.row.name;
      const wideText = context.measureText(text).width;
      const free = [[p.r + 4, 4], [-p.r - 4 - wideText, 4], [-wideText / 2, -p.r - 5], [-wideText / 2, p.r + 13], [p.r, -p.r - 3], [p.r, p.r + 11]]
        .map(([dx, dy]) => [p.x + dx, p.y + dy - 11, p.x + dx + wideText, p.y + dy + 3])
        .find(isFree);
      if (!free) continue;
      taken.push(free);
      context.strokeText(text, free[0], free[3] - 3);
      context.fillText(text, free[0], free[3] - 3);
    }
    taken.length = before;  // the next painting places them anew
  }

  function paintOver() {
    const context = start(overlay);
    context.strokeStyle = style("--chosen");
    context.lineWidth = 1.6;
    const ring = (i) => {
      if (!places[i] || !inside(places[i])) return;
      shape(context, places[i].row.bound, places[i], places[i].r + 2.2);
      context.stroke();
    };
    if (state.selection.size <= 2000) state.selection.forEach(ring);
    if (state.active >= 0) ring(state.active);
  }

  // The smallest mark under a place, or the nearest within reach.
  function find(px, py) {
    let best = null;
    let least = Infinity;
    quadtree.visit((node, left, top, right, bottom) => {
      const reach = largest + 2;
      if (left > px + reach || right < px - reach || top > py + reach || bottom < py - reach) return true;
      for (let leaf = node.length ? null : node; leaf; leaf = leaf.next) {
        const p = leaf.data;
        const away = Math.hypot(p.x - px, p.y - py);
        const score = away <= p.r + 1 ? p.r : 100 + away;
        if (score < least && away < Math.max(p.r + 1, 12)) [best, least] = [p, score];
      }
      return false;
    });
    return best;
  }

  function tell(p, px, py) {
    const same = places.filter((q) => q !== p && Math.abs(q.x - p.x) < .5 && Math.abs(q.y - p.y) < .5).length;
    showTip(px, py, p.row.name, [...describe(p.row), ...(same > 0 ? [`and ${same} more at this place`] : [])]);
  }

  figure.addEventListener("pointermove", (event) => {
    const box = figure.getBoundingClientRect();
    const p = find(event.clientX - box.left, event.clientY - box.top);
    figure.style.cursor = p ? "pointer" : "";
    hover(p ? p.row.index : -1);
    if (p) tell(p, event.clientX, event.clientY);
    else hideTip();
  });
  figure.addEventListener("pointerleave", () => { hideTip(); hover(-1); });
  figure.addEventListener("click", (event) => {
    const box = figure.getBoundingClientRect();
    const p = find(event.clientX - box.left, event.clientY - box.top);
    select(p ? [p.row.index] : [], event.shiftKey || event.ctrlKey || event.metaKey);
  });
  figure.addEventListener("keydown", (event) => {
    const shown = new Set(state.visible.map((row) => row.index));
    const list = order.filter((i) => shown.has(i));
    const now = list.indexOf(state.active);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step && list.length > 0) {
      const p = places[list[(now + step + list.length) % list.length]];
      const box = figure.getBoundingClientRect();
      hover(p.row.index);
      tell(p, box.left + p.x, box.top + p.y);
      byId("status").textContent = p.row.name + ": " + describe(p.row).join("; ");
    } else if (event.key === "Enter" && state.active >= 0) {
      select([state.active], event.shiftKey);
    } else {
      return;
    }
    event.preventDefault();
  });
  figure.addEventListener("blur", hideTip);

  // A plain wheel scrolls the page; with Ctrl, or two fingers, it zooms.
  const zoom = d3.zoom().scaleExtent([1, 60])
    .filter(() => (d3.event.type === "wheel" ? d3.event.ctrlKey || d3.event.metaKey
      : d3.event.type === "dblclick" ? false : d3.event.touches ? d3.event.touches.length > 1 : transform.k > 1))
    .on("zoom", () => { transform = d3.event.transform; draw(); });
  const zoomed = d3.select(figure).call(zoom);
  byId("zoom-in").onclick = () => zoomed.call(zoom.scaleBy, 1.6, [(area.left + area.right) / 2, (area.top + area.bottom) / 2]);
  byId("zoom-out").onclick = () => zoomed.call(zoom.scaleBy, 1 / 1.6, [(area.left + area.right) / 2, (area.top + area.bottom) / 2]);
  byId("zoom-reset").onclick = () => zoomed.call(zoom.transform, d3.zoomIdentity);
  byId("roofline-csv").onclick = () => download("roofline.csv", rowsAsCsv(state.visible));

  function legend() {
    const here = page.bounds.filter((b) => state.rows.some((row) => row.bound === b.name));
    byId("legend").replaceChildren(...here.map((b) => element("li", {}, element("button", {
      type: "button", title: b.meaning, "aria-pressed": String(state.bounds.has(b.name)), "data-bound": b.name,
      onclick: () => {
        if (!state.bounds.delete(b.name)) state.bounds.add(b.name);
        refilter();
      } }, markSvg(b.name), b.name))));
  }

  page.api.points = () => places.map((p) => ({ name: p.row.name, x: p.x, y: p.y, r: p.r, drawn: inside(p) }));
  return {
    load() {
      transform = d3.zoomIdentity;
      order = d3.range(state.rows.length).sort((a, b) => state.rows[b].time_s - state.rows[a].time_s);
      layOut();
      draw();
    },
    filter() { legend(); paint(); },
    select: () => paint(),
    hover: paintOver,
    theme() { legend(); draw(); },
    resize() { layOut(); draw(); },
  };
})());
