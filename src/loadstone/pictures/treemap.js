// The map of memory: lays out what can be seen of the tree in #data, zooms into modules, and changes colors.
// A node is [name, bytes, tensors, look by module, by device, by dtype, children]; a look is twice the number of a
// color, and one more where some of the node has another. Every text is set as text, never as markup.
(() => {
  "use strict";
  const HEAD = 16, GAP = 2, OPEN_WIDTH = 46, OPEN_HEIGHT = 34, LEAST_PX = 3, LEAST_AREA = 30, CHILDREN = 6;
  document.body.classList.remove("still"); // what only the script answers to is hidden without it
  const data = JSON.parse(document.getElementById("data").textContent);
  const [map, trail, legend, tip] = ["map", "trail", "legend", "tip"].map((id) => document.getElementById(id));
  let path = [data.root], colorBy = data.by, tiles = new Map();

  const children = (node) => node[CHILDREN] || [];
  const short = (node) => node[0].replace(/\.weight$/, "");
  const named = (names) => names.map((node) => node[0]).filter(Boolean).join(".");
  const made = (kind, name, text) => {
    const element = document.createElement(kind);
    element.className = name;
    element.textContent = text;
    return element;
  };

  function size(bytes) {
    let power = 0;
    while (power < 4 && bytes >= 1000 ** (power + 1)) power++;
    return `${(bytes / 1000 ** power).toFixed(power ? 2 : 0)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
  }

  // Parts of one size, as layers are, in rows, so that they are read in their order; the largest come first.
  function cut(nodes, x, y, width, height, place) {
    const last = nodes.length - 1;
    if (last < 2 || nodes[0][1] > 1.05 * nodes[last][1]) return squarify(nodes, x, y, width, height, place);
    const sum = (some) => some.reduce((total, node) => total + node[1], 0), total = sum(nodes);
    const rows = Math.max(1, Math.min(nodes.length, Math.round(Math.sqrt((nodes.length * height) / width))));
    for (let number = 0; number < rows; number++) {
      const [from, to] = [number, number + 1].map((it) => Math.floor((nodes.length * it) / rows));
      const row = nodes.slice(from, to), all = sum(row), high = (height * all) / total;
      let left = x;
      for (const node of row) {
        place(node, left, y, (width * node[1]) / all, high);
        left += (width * node[1]) / all;
      }
      y += high;
    }
  }

  // Bruls, Huizing, van Wijk, "Squarified Treemaps", 2000.
  function squarify(nodes, x, y, width, height, place) {
    const scale = (width * height) / nodes.reduce((sum, node) => sum + node[1], 0);
    for (let at = 0; at < nodes.length; ) {
      const side = Math.min(width, height), square = (side * side) / scale;
      const worst = (row, last) => Math.max((square * nodes[at][1]) / (row * row), (row * row) / (square * last));
      let stop = at + 1, row = nodes[at][1];
      while (stop < nodes.length && worst(row + nodes[stop][1], nodes[stop][1]) <= worst(row, nodes[stop - 1][1])) {
        row += nodes[stop++][1];
      }
      const depth = side ? (row * scale) / side : 0, isWide = width >= height;
      for (let offset = 0; at < stop; at++) {
        const length = (side * nodes[at][1]) / row;
        if (isWide) place(nodes[at], x, y + offset, depth, length);
        else place(nodes[at], x + offset, y, length, depth);
        offset += length;
      }
      if (isWide) [x, width] = [x + depth, Math.max(width - depth, 0)];
      else [y, height] = [y + depth, Math.max(height - depth, 0)];
    }
  }

  function draw() {
    const width = map.clientWidth, height = Math.round(Math.max(360, Math.min(width * 0.6, innerHeight * 0.78)));
    const all = document.createDocumentFragment();
    tiles = new Map();
    const inside = (nodes, x, y, w, h, above) =>
      cut(nodes, x, y, w, h, (node, left, top, wide, high) => {
        if (wide < LEAST_PX || high < LEAST_PX) return;
        const here = [...above, node];
        const hasRoom = wide >= OPEN_WIDTH && high >= OPEN_HEIGHT && wide * high >= LEAST_AREA * children(node).length;
        const isOpen = children(node).length > 0 && hasRoom;
        all.append(tile(node, here, [left, top, wide, high], isOpen));
        if (isOpen) inside(children(node), left + GAP, top + HEAD, wide - 2 * GAP, high - HEAD - GAP, here);
      });
    const root = path[path.length - 1];
    inside(children(root).length ? children(root) : [root], 0, 0, width, height, path);
    map.style.height = `${height}px`;
    map.replaceChildren(all);
    const first = map.querySelector(".tile");
    if (first) first.tabIndex = 0;
    trail.replaceChildren(...path.map((node, index) => {
      const button = made("button", "", node[0] || "all weights");
      button.type = "button";
      button.onclick = () => zoom(path.slice(0, index + 1));
      return button;
    }));
  }

  function tile(node, here, [left, top, wide, high], isOpen) {
    const depth = here.length - path.length;
    const element = made("div", isOpen ? `tile open${depth % 2 ? "" : " deep"}` : `tile c${node[3 + colorBy] >> 1}`, "");
    element.style.cssText = `left:${left}px;top:${top}px;width:${wide}px;height:${high}px`;
    element.tabIndex = -1;
    element.setAttribute("role", "treeitem");
    element.setAttribute("aria-label", `${named(here)}, ${size(node[1])}`);
    element.setAttribute("aria-level", String(depth));
    if (isOpen) {
      const label = made("div", "label", "");
      label.append(made("b", "", short(node)));
      if (wide > 110) label.append(made("span", "", size(node[1])));
      element.append(label);
    } else if (wide >= 22 && high >= 15) {
      element.append(made("div", "label", short(node)));
      if (high >= 31 && wide >= 56) element.append(made("div", "label", size(node[1])));
    }
    tiles.set(element, { here, isOpen });
    return element;
  }

  function about({ here }) {
    const node = here[here.length - 1], lines = [named(here), size(node[1])];
    if (node[2] > 1) lines[1] += ` in ${node[2].toLocaleString("en")} tensors`;
    for (const by of [1, 2]) {
      const value = data.legends[by].values[node[3 + by] >> 1];
      if (value) lines.push((node[3 + by] & 1 ? "mostly " : "") + value[0]);
    }
    return lines.join("\n");
  }

  function color() {
    legend.replaceChildren(...data.legends[colorBy].values.map(([value, bytes], number) => {
      const item = document.createElement("li");
      item.append(made("i", `c${number}`, ""), made("span", "", value), made("small", "", bytes));
      return item;
    }));
    for (const [element, { here, isOpen }] of tiles) {
      if (!isOpen) element.className = `tile c${here[here.length - 1][3 + colorBy] >> 1}`;
    }
  }

  function zoom(to) {
    path = to;
    tip.hidden = true;
    draw();
    color();
  }

  // Into the module that was pointed at; into the one that holds a tensor.
  function enter(element) {
    const { here } = tiles.get(element);
    const to = children(here[here.length - 1]).length ? here : here.slice(0, -1);
    if (to.length > path.length) zoom(to);
  }

  function tell(element, x, y) {
    tip.textContent = about(tiles.get(element));
    tip.hidden = false;
    tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > innerHeight ? Math.max(4, y - tip.offsetHeight - 10) : y + 18}px`;
  }

  // Arrow keys: among the parts of a module, into it, and out of it.
  function neighbor(element, key) {
    const { here } = tiles.get(element), is = (other, length) => tiles.get(other).here.length === length;
    const all = [...tiles.keys()], at = all.indexOf(element);
    if (key === "ArrowDown") return all[at + 1] && is(all[at + 1], here.length + 1) ? all[at + 1] : null;
    if (key === "ArrowUp") return all.slice(0, at).reverse().find((other) => is(other, here.length - 1));
    const same = (other) => is(other, here.length) && tiles.get(other).here.at(-2) === here.at(-2);
    return key === "ArrowRight" ? all.slice(at + 1).find(same) : all.slice(0, at).reverse().find(same);
  }

  map.addEventListener("click", (event) => {
    const element = event.target.closest(".tile");
    if (element) enter(element);
  });
  map.addEventListener("pointermove", (event) => {
    const element = event.target.closest(".tile");
    if (element) tell(element, event.clientX, event.clientY);
  });
  map.addEventListener("pointerleave", () => (tip.hidden = true));
  map.addEventListener("focusin", (event) => {
    const box = event.target.getBoundingClientRect();
    if (event.target.matches(":focus-visible")) tell(event.target, box.left, box.top + HEAD);
  });
  map.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && path.length > 1) zoom(path.slice(0, -1));
    else if (event.key === "Enter") enter(event.target);
    else if (event.key.startsWith("Arrow")) {
      const next = neighbor(event.target, event.key);
      if (next) [event.target.tabIndex, next.tabIndex] = [-1, 0];
      if (next) next.focus();
      event.preventDefault();
      return;
    } else return;
    map.querySelector(".tile")?.focus();
  });
  document.getElementById("colors").addEventListener("change", (event) => {
    colorBy = Number(event.target.value);
    color();
  });
  let width = map.clientWidth;
  addEventListener("resize", () => {
    if (map.clientWidth === width) return;
    width = map.clientWidth;
    zoom(path);
  });
  if (children(data.root).length || data.root[1]) zoom(path);
})();
