// The time as an icicle: a level of groups under another, every width a time. What would be too narrow to see is one
// cell with its neighbours.
views.push((() => {
  const figure = byId("time");
  const svg = d3.select(figure).append("svg").attr("aria-hidden", "true");
  const narrow = 2;      // pixels that a cell of its own needs
  const gathered = 5;   // that one of several has at most, about
  const high = 30;
  let grouping = page.by === "network" ? "block" : page.by;
  let root = null, focus = null, cells = [], current = null, counts = [];

  const leaf = (row) => ({ name: row.name.slice(row.block ? row.name.lastIndexOf(".") + 1 : 0), row });
  const byTime = (a, b) => b.value - a.value;

  function groups(rows, keys) {
    if (keys.length === 0) return rows.map(leaf);
    return d3.nest().key((row) => row[keys[0]]).entries(rows)
      .map((group) => ({ name: group.key, children: groups(group.values, keys.slice(1)) }));
  }

  function blocks(rows) {
    const top = { children: [] };
    const found = new Map();
    for (const row of rows) {
      let at = top;
      let path = "";
      for (const part of row.block ? row.name.split(".").slice(0, -1) : []) {
        path += part + ".";
        if (!found.has(path)) {
          found.set(path, { name: part, children: [] });
          at.children.push(found.get(path));
        }
        at = found.get(path);
      }
      at.children.push(leaf(row));
    }
    return top.children;
  }

  function build() {
    const rows = state.rows.filter((row) => row.time_s > 0);
    const children = grouping === "block" ? blocks(rows)
      : groups(rows, { layer: [], op: ["category", "op"], category: ["category"] }[grouping]);
    root = d3.hierarchy({ name: state.report.analysis.model, children }).sum((d) => (d.row ? d.row.time_s : 0));
    if (grouping === "op" || grouping === "category") root.sort(byTime);
    d3.partition()(root);
    let count = 0;
    root.eachAfter((node) => {
      node.first = node.children ? node.children[0].first : count;
      if (!node.children) ++count;
      node.last = count;
    });
    counts = root.leaves().map((node) => node.data.row && node.data.row.index);
    focus = current = root;
  }

  const rowsOf = (cell) => counts.slice(cell.first, cell.last).filter((i) => i !== undefined);

  // From the focus down; children that are too narrow become one cell.
  function collect(scale) {
    cells = [];
    const visit = (node) => {
      const cell = { node, first: node.first, last: node.last, name: node.data.name, x: scale(node.x0),
        w: scale(node.x1) - scale(node.x0), level: node.depth - focus.depth, row: node.data.row, value: node.value };
      cells.push(cell);
      let rest = null;
      for (const child of node.children || []) {
        const w = scale(child.x1) - scale(child.x0);
        if (w >= narrow) {
          rest = null;
          visit(child);
        } else if (rest && rest.w < gathered) {
          rest.w += w;
          rest.last = child.last;
          rest.value += child.value;
          rest.name = `${rest.last - rest.first} small layers`;
        } else {
          rest = { node: child, first: child.first, last: child.last, name: child.data.name, x: scale(child.x0), w,
            level: child.depth - focus.depth, row: child.data.row, value: child.value };
          cells.push(rest);
        }
      }
    };
    visit(focus);
  }

  function draw() {
    const width = figure.clientWidth;
    collect(d3.scaleLinear().domain([focus.x0, focus.x1]).range([0, width]));
    const levels = d3.max(cells, (cell) => cell.level) + 1;
    const tall = grouping === "layer" ? 2 * high : high;
    const height = (levels - 1) * high + tall;
    svg.attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
    svg.selectAll("*").remove();
    const groups = svg.selectAll("g").data(cells).enter().append("g").attr("class", (cell) => "cell " + (isLeaf(cell) ? "leaf" : "group"))
      .attr("transform", (cell) => `translate(${cell.x},${cell.level * high})`);
    groups.append("rect").attr("width", (cell) => Math.max(0.5, cell.w))
      .attr("height", (cell) => (cell.level === levels - 1 ? tall : high)).style("fill", fill)
      .style("stroke-width", (cell) => (cell.w < 4 ? 0 : 1));
    groups.filter((cell) => cell.w > 30).append("text").attr("x", 6).attr("y", 19.5)
      .style("fill", (cell) => (isLeaf(cell) ? (d3.lab(fill(cell)).l > 62 ? "#161615" : "#ffffff") : null)).text(title);
    trail();
    mark();
  }

  const isLeaf = (cell) => cell.last - cell.first === 1 && cell.row;
  const isGathered = (cell) => cell.node.parent && cell.last - cell.first > cell.node.last - cell.node.first;
  function fill(cell) {
    if (isLeaf(cell)) return color(cell.row.bound);
    if (!isGathered(cell)) return style(cell.level % 2 ? "--faint" : "--panel");
    const rows = rowsOf(cell).map((i) => state.rows[i]);
    return color(together(rows, "").bound);
  }

  function title(cell) {
    const room = Math.floor((cell.w - 10) / 6.4);
    const long = `${cell.name}  ${percent(cell.value / root.value)}`;
    if (long.length <= room) return long;
    return cell.name.length <= room ? cell.name : room > 3 ? cell.name.slice(0, room - 1) + "…" : "";
  }

  // A cell without any of what is selected is dimmed.
  function mark() {
    const before = [0];
    for (const i of counts) before.push(before[before.length - 1] + (state.selection.has(i) ? 1 : 0));
    svg.selectAll(".cell")
      .classed("dim", (cell) => state.selection.size > 0 && before[cell.last] === before[cell.first])
      .classed("focus", (cell) => (state.active >= 0 && isLeaf(cell) && cell.row.index === state.active) ||
        (document.activeElement === figure && cell.node === current));
  }

  function trail() {
    const path = focus.ancestors().reverse();
    byId("trail").replaceChildren(...(path.length < 2 ? [] : path.flatMap((node, i) => [i > 0 ? " › " : "",
      i < path.length - 1 ? element("button", { type: "button", onclick: () => enter(node) }, node.data.name) : node.data.name])));
  }

  function enter(node) {
    focus = current = node;
    draw();
  }

  function choose(cell, event) {
    const rows = rowsOf(cell);
    const again = rows.length > 1 && rows.length === state.selection.size && rows.every((i) => state.selection.has(i));
    if (again && !event.shiftKey && cell.node.children && cell.node !== focus) return enter(cell.node);
    current = cell.node;
    select(rows, event.shiftKey || event.ctrlKey || event.metaKey);
  }

  const cellAt = (event) => event.target.closest && d3.select(event.target.closest(".cell")).datum();
  const lines = (cell) => (isLeaf(cell) ? describe(cell.row)
    : [`${cell.last - cell.first} layers, ${seconds(cell.value)}, ${percent(cell.value / root.value)} of the time`]);
  figure.addEventListener("pointermove", (event) => {
    const cell = event.target.closest(".cell") ? cellAt(event) : null;
    if (!cell) return hideTip();
    showTip(event.clientX, event.clientY, isLeaf(cell) ? cell.row.name : cell.name, lines(cell));
    hover(isLeaf(cell) ? cell.row.index : -1);
  });
  figure.addEventListener("pointerleave", () => { hideTip(); hover(-1); });
  figure.addEventListener("click", (event) => { if (event.target.closest(".cell")) choose(cellAt(event), event); });
  figure.addEventListener("blur", mark);
  figure.addEventListener("focus", mark);
  figure.addEventListener("keydown", (event) => {
    const siblings = current.parent && current !== focus ? current.parent.children : [current];
    const at = siblings.indexOf(current);
    const next = { ArrowRight: siblings[at + 1], ArrowLeft: siblings[at - 1], ArrowDown: current.children && current.children[0],
      ArrowUp: current !== focus && current.parent }[event.key];
    if (next) {
      current = next;
      const cell = { first: next.first, last: next.last, row: next.data.row, value: next.value };
      byId("status").textContent = `${next.data.name}: ${lines(cell).join("; ")}`;
      mark();
    } else if (event.key === "Enter") {
      choose({ node: current, first: current.first, last: current.last }, event);
    } else if (event.key === "Backspace" && focus.parent) {
      enter(focus.parent);
    } else if (!event.key.startsWith("Arrow")) {
      return;
    }
    event.preventDefault();
  });

  // What is drawn, one row a group of the level under the focus.
  function csv() {
    const keys = ["group", "layers", ...columns.filter((c) => c.kind !== "text" && c.key !== "ridge_point" && c.key !== "live_bytes").map((c) => c.key)];
    const rows = (focus.children || [focus]).map((node) => {
      const all = together(rowsOf(node).map((i) => state.rows[i]), node.data.name);
      return keys.map((key) => (key === "group" ? node.data.name : key === "layers" ? node.last - node.first : all[key]));
    });
    return csvText(keys, rows);
  }
  byId("time-csv").onclick = () => download(`time-by-${grouping}.csv`, csv());

  function choices() {
    byId("groupings").replaceChildren(...["layer", "block", "op", "category"].map((name) => element("button", {
      type: "button", role: "radio", "aria-checked": String(name === grouping),
      onclick: () => { grouping = name; choices(); build(); draw(); } }, name)));
  }

  page.api.timeCsv = csv;
  page.api.cells = () => cells.map((cell) => ({ name: cell.name, level: cell.level, value: cell.value, layers: cell.last - cell.first }));
  return {
    load() {
      if (grouping === "layer" && state.rows.some((row) => row.block)) grouping = "block";
      choices();
      build();
      draw();
    },
    select: mark, hover: mark, theme: draw, resize: draw,
  };
})());
