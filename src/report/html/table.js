// The table of all layers. Only what is in sight is in the document.
views.push((() => {
  const scroller = byId("scroller");
  const table = byId("table");
  const head = table.tHead;
  const body = table.tBodies[0];
  const high = 28;
  // What tables of the tool show comes first, then the others in the order of files.
  const shown = [...columns.filter((c) => c.header), ...columns.filter((c) => !c.header)];
  const firstDown = (column) => column.kind !== "text" && column.key !== "repeat";
  let sorted = [], by = null, down = false, cursor = -1, all = false;

  const width = (c) => (c.key === "name" ? (innerWidth < 640 ? 170 : 270) : c.key === "block" ? 180 : c.kind === "text" ? 104 : c.key === "repeat" ? 52 : 92);
  const minor = (c) => (c.header ? "" : " minor");

  function heads() {
    table.style.width = d3.sum(shown, width) + "px";
    for (const old of table.querySelectorAll("colgroup")) old.remove();
    head.before(element("colgroup", {}, ...shown.map((c) => element("col", { class: minor(c).trim(), style: `width: ${width(c)}px` }))));
    head.replaceChildren(element("tr", { "aria-rowindex": 1 }, ...shown.map((c) => element("th", {
      scope: "col", class: (c.kind === "text" ? "text" : "") + minor(c), "data-key": c.key,
      "aria-sort": by === c ? (down ? "descending" : "ascending") : null },
    element("button", { type: "button", title: `${c.key}: ${c.meaning}`, onclick: () => sortBy(c) }, c.header || c.key)))));
    table.setAttribute("aria-colcount", shown.length);
  }

  // A third press gives the order in which the network runs.
  function sortBy(column) {
    if (by !== column) [by, down] = [column, firstDown(column)];
    else if (down === firstDown(column)) down = !down;
    else by = null;
    heads();
    order();
    scroller.scrollTop = 0;
    fill();
  }

  function order() {
    sorted = state.visible.slice();
    if (by) {
      const sign = down ? -1 : 1;
      sorted.sort((a, b) => {
        const [p, q] = [value(a, by), value(b, by)];
        return p < q ? -sign : p > q ? sign : a.index - b.index;
      });
    }
    table.setAttribute("aria-rowcount", sorted.length + 1);
    byId("count").textContent = sorted.length === state.rows.length ? `${sorted.length} layers.`
      : `${sorted.length} of ${state.rows.length} layers, ${percent(sum(sorted, "share"))} of the time.`;
  }

  function cell(column, row) {
    const text = human(column, value(row, column));
    const node = element("td", { class: (column.kind === "text" ? "text" : "") + minor(column) }, text);
    if (column.kind === "text") node.title = text;
    if (column.key === "bound") {
      node.prepend(element("span", { class: "dot " + boundOf.get(row.bound).mark, style: `background: ${color(row.bound)}` }));
    }
    if (column.key === "share") {
      node.classList.add("share");
      node.style.backgroundImage = `linear-gradient(${color(row.bound)}, ${color(row.bound)})`;
      node.style.backgroundSize = `${Math.max(row.share > 0 ? 1 : 0, row.share * 76)}px 3px`;
    }
    return node;
  }

  const spacer = (rows) => element("tr", { "aria-hidden": "true", style: `height: ${rows * high}px` });

  function fill() {
    const room = Math.ceil((scroller.clientHeight || 600) / high);
    const first = all ? 0 : Math.max(0, Math.floor(scroller.scrollTop / high) - 8);
    const last = all ? Math.min(sorted.length, 400) : Math.min(sorted.length, first + room + 18);
    const lines = sorted.slice(first, last).map((row, i) => {
      const line = element("tr", { "aria-rowindex": first + i + 2, "data-index": row.index,
        "aria-selected": String(state.selection.has(row.index)) }, ...shown.map((column) => cell(column, row)));
      line.classList.toggle("chosen", state.selection.has(row.index));
      line.classList.toggle("hovered", state.active === row.index);
      line.classList.toggle("active", first + i === cursor && document.activeElement === scroller);
      return line;
    });
    body.replaceChildren(spacer(first), ...lines, spacer(all ? 0 : sorted.length - last));
  }

  function marks() {
    for (const line of body.querySelectorAll("[data-index]")) {
      line.classList.toggle("hovered", state.active === Number(line.dataset.index));
    }
  }

  function reveal(at) {
    const top = at * high;
    const seen = scroller.clientHeight - 2 * high;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top > scroller.scrollTop + seen) scroller.scrollTop = top - seen;
  }

  let waiting = false;
  scroller.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; fill(); });
  });
  const lineOf = (event) => event.target.closest("tr[data-index]");
  let from = -1;
  body.addEventListener("click", (event) => {
    const line = lineOf(event);
    if (!line) return;
    const index = Number(line.dataset.index);
    const at = sorted.findIndex((row) => row.index === index);
    cursor = at;
    if (event.shiftKey && from >= 0) {
      select(sorted.slice(Math.min(from, at), Math.max(from, at) + 1).map((row) => row.index));
    } else {
      from = at;
      select([index], event.ctrlKey || event.metaKey);
    }
  });
  body.addEventListener("pointerover", (event) => { if (lineOf(event)) hover(Number(lineOf(event).dataset.index)); });
  body.addEventListener("pointerleave", () => hover(-1));
  scroller.addEventListener("keydown", (event) => {
    if (event.target !== scroller) return;
    const page = Math.floor(scroller.clientHeight / high) - 2;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (step !== undefined && sorted.length > 0) {
      cursor = Math.max(0, Math.min(sorted.length - 1, cursor + step));
      reveal(cursor);
      hover(sorted[cursor].index);
      byId("status").textContent = sorted[cursor].name + ": " + describe(sorted[cursor]).join("; ");
      fill();
    } else if ((event.key === "Enter" || event.key === " ") && cursor >= 0) {
      select([sorted[cursor].index], event.shiftKey || event.ctrlKey);
    } else {
      return;
    }
    event.preventDefault();
  });

  byId("filter").addEventListener("input", (event) => { state.text = event.target.value; refilter(); });
  byId("only-selected").addEventListener("change", (event) => { state.onlySelected = event.target.checked; refilter(); });
  byId("table-csv").onclick = () => download("layers.csv", rowsAsCsv(sorted));
  page.api.tableCsv = () => rowsAsCsv(sorted);
  addEventListener("beforeprint", () => { all = true; fill(); });
  addEventListener("afterprint", () => { all = false; fill(); });

  return {
    load() { by = null; cursor = -1; heads(); },
    filter() { order(); fill(); },
    select() {
      const first = sorted.findIndex((row) => state.selection.has(row.index));
      const inSight = sorted.some((row, i) => state.selection.has(row.index) && i * high >= scroller.scrollTop &&
        (i + 2) * high <= scroller.scrollTop + scroller.clientHeight);
      if (first >= 0 && !inSight) scroller.scrollTop = Math.max(0, (first - 3) * high);
      fill();
    },
    hover: marks, theme: fill, resize() { heads(); fill(); },
  };
})());
