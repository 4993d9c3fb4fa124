// Themes, networks, keys for the whole page, and the first drawing.
const dark = matchMedia("(prefers-color-scheme: dark)");

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  document.documentElement.classList.toggle("dark", name === "dark");
  byId("theme").textContent = name === "dark" ? "Light" : "Dark";
  byId("theme").setAttribute("aria-pressed", String(name === "dark"));
}
function changeTheme(name) {
  setTheme(name);
  tell("theme");
}
let wished = null;  // what the reader chose by hand
setTheme(dark.matches ? "dark" : "light");
dark.addEventListener("change", () => { if (!wished) changeTheme(dark.matches ? "dark" : "light"); });
byId("theme").onclick = () => changeTheme((wished = isDark() ? "light" : "dark"));

// Paper is white.
let beforePrint = null;
addEventListener("beforeprint", () => { beforePrint = isDark(); if (beforePrint) changeTheme("light"); });
addEventListener("afterprint", () => { if (beforePrint) changeTheme("dark"); });

addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    hideTip();
    hover(-1);
    select([]);
  } else if (event.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
    byId("filter").focus();
    event.preventDefault();
  }
});

let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;  // a phone's address bar
  width = innerWidth;
  requestAnimationFrame(() => tell("resize"));
});

if (page.reports.length > 1) {
  const choice = byId("networks").querySelector("select");
  page.reports.forEach((report, i) => choice.append(element("option", { value: i }, report.analysis.model)));
  choice.onchange = () => load(page.reports[choice.value]);
  byId("networks").hidden = false;
}

// For scripts of readers: what is shown, and the CSV behind each chart.
Object.assign(page.api, {
  rows: () => state.rows, visible: () => state.visible, selection: () => [...state.selection], human, columns, select,
});
window.ridgepoint = page.api;
load(page.reports[0]);
