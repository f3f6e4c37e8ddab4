// The phase diagram of heavy ball, to be played with: drag (αL, β) and watch the run on a
// quadratic with the curvatures μ = L/κ and L = 1. Without this script the page shows the still
// figure above it and nothing is missing but the play. The mathematics here is compared with the
// package's own by tests/test_momentum_script.py.
(() => {
  "use strict";

  const root = document.getElementById("momentum-play");
  if (!root) return;

  // cividis at the middle of ten equal classes of the radius, as in the still figure
  const SHADES = ["#002b62", "#243c6e", "#434e6c", "#5b606e", "#727274", "#888578", "#a19975",
    "#bcae6c", "#d6c35d", "#f3db42"];
  const STEPS = 80;
  const START = [-1, 0.45]; // flat and steep coordinate
  const state = { aL: 1.6, beta: 0.5, kappa: 25 };

  // ---- the mathematics of the chapter -------------------------------------------------------

  /** Larger modulus of the roots of z² − (1 + β − αλ)z + β. */
  function radius(share, beta) {
    const sum = 1 + beta - share;
    const discriminant = sum * sum - 4 * beta;
    if (discriminant < 0) return Math.sqrt(beta);
    return (Math.abs(sum) + Math.sqrt(discriminant)) / 2;
  }

  /** Heavy ball with curvatures 1/κ and 1: points (flat, steep), the start included. */
  function run({ aL, beta, kappa }) {
    const curvatures = [1 / kappa, 1];
    const theta = [...START], m = [0, 0], points = [[...theta]];
    for (let t = 0; t < STEPS; t++) {
      for (const i of [0, 1]) {
        m[i] = beta * m[i] + curvatures[i] * theta[i];
        theta[i] -= aL * m[i];
      }
      points.push([...theta]);
    }
    return points;
  }

  const loss = (kappa, [flat, steep]) => (flat * flat / kappa + steep * steep) / 2;

  function best(kappa, momentum) {
    const root = Math.sqrt(kappa), r = (root - 1) / (root + 1);
    return momentum ? { aL: (1 + r) ** 2, beta: r * r } : { aL: 2 * kappa / (kappa + 1), beta: 0 };
  }

  Object.assign(root, { run, radius, best }); // tests/test_momentum_script.py asks them

  // ---- drawing -------------------------------------------------------------------------------

  const SVG = "http://www.w3.org/2000/svg";

  function element(parent, name, attributes = {}, text = "") {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    parent.append(node);
    return node;
  }

  /** A panel with its own coordinates: returns the svg, its plot group and the two scales. */
  function panel(label, [x0, x1], [y0, y1], xlabel, ylabel, xticks, yticks) {
    const width = 330, height = 250, left = 46, right = 8, top = 8, bottom = 40;
    const svg = element(root.querySelector(".panels"), "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
    root.querySelector(".controls").before(svg);
    const x = value => left + (value - x0) / (x1 - x0) * (width - left - right);
    const y = value => height - bottom - (value - y0) / (y1 - y0) * (height - top - bottom);
    const clip = `clip-${Math.round(x1 * 1e6)}-${Math.round(y1 * 1e6)}`;
    const box = { x: left, y: top, width: width - left - right, height: height - top - bottom };
    element(element(element(svg, "defs"), "clipPath", { id: clip }), "rect", box);
    const plot = element(svg, "g", { "clip-path": `url(#${clip})` });
    element(svg, "rect", { ...box, class: "frame" });
    for (const [value, text] of xticks) {
      element(svg, "text", { x: x(value), y: height - bottom + 15, class: "middle" }, text);
    }
    for (const [value, text] of yticks) {
      element(svg, "text", { x: left - 6, y: y(value) + 4, class: "end" }, text);
    }
    element(svg, "text", { x: x((x0 + x1) / 2), y: height - 6, class: "middle" }, xlabel);
    element(svg, "text", { class: "middle",
      transform: `translate(12 ${y((y0 + y1) / 2)}) rotate(-90)` }, ylabel);
    return { svg, plot, x, y, x0, x1, y0, y1 };
  }

  const ticks = (...values) => values.map(value => [value, String(value).replace("-", "−")]);
  const path = (points, { x, y }) =>
    points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");

  root.innerHTML = `
    <style>
      #momentum-play { margin: 1.5rem 0; padding: .8rem; border-radius: 6px;
        border: 1px solid var(--pst-color-border, #ccc); font-size: .9rem; }
      #momentum-play .panels { display: grid; gap: .5rem;
        grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
      #momentum-play svg { width: 100%; height: auto; color: var(--pst-color-text-base, #222); }
      #momentum-play svg text { fill: currentColor; font: 11px sans-serif; }
      #momentum-play .middle { text-anchor: middle; } #momentum-play .end { text-anchor: end; }
      #momentum-play .frame { fill: none; stroke: currentColor; opacity: .5; pointer-events: none; }
      #momentum-play .line { fill: none; stroke: currentColor; }
      #momentum-play .handle:hover { stroke-width: 4; }
      #momentum-play .run { fill: none; stroke: #d55e00; stroke-width: 1.6; }
      #momentum-play .dot { fill: #d55e00; }
      #momentum-play .map { cursor: crosshair; touch-action: pan-y; }
      #momentum-play .handle { cursor: grab; touch-action: none; }
      #momentum-play .controls { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem;
        align-items: center; align-content: center; }
      #momentum-play label { display: inline-flex; align-items: center; gap: .4rem; margin: 0; }
      #momentum-play button { padding: .15rem .6rem; border-radius: 4px; font: inherit;
        border: 1px solid var(--pst-color-border, #888); cursor: pointer;
        color: inherit; background: transparent; }
      #momentum-play output { flex-basis: 100%; min-height: 6em; }
    </style>
    <div class="panels"><div class="controls">
      <label>αL <input type="range" name="aL" min="0.02" max="4" step="0.01"></label>
      <label>β <input type="range" name="beta" min="0" max="0.99" step="0.005"></label>
      <label>κ <select name="kappa" aria-label="κ"><option>4</option><option>25</option><option>100</option>
      </select></label>
      <button type="button" name="descent">best gradient descent</button>
      <button type="button" name="momentum">best momentum</button>
      <output aria-live="polite"></output>
    </div></div>`;

  const map = panel("Phase diagram: αλ across, β upward; brighter is slower", [0, 4.1], [0, 1],
    "αλ", "β", ticks(0, 1, 2, 3, 4), ticks(0, 0.5, 1));
  for (let level = 10; level >= 1; level--) { // a trapezoid for each radius, the largest first
    const r = level / 10;
    const corners = [[1 - r, 0], [1 + r, 0], [(1 + r) ** 2, r * r], [(1 - r) ** 2, r * r]];
    element(map.plot, "path", { d: path(corners, map) + "Z", fill: SHADES[level - 1] });
  }
  const betas = Array.from({ length: 101 }, (_, i) => i / 100);
  for (const sign of [-1, 1]) {
    const points = betas.map(beta => [(1 + sign * Math.sqrt(beta)) ** 2, beta]);
    element(map.plot, "path", { d: path(points, map), fill: "none", stroke: "#fff",
      "stroke-dasharray": "5 4", "stroke-width": 1.5 });
  }
  element(map.plot, "text", { x: map.x(3.5), y: map.y(0.3), class: "middle" }, "diverges");
  const bar = element(map.plot, "path", { stroke: "#d55e00", "stroke-width": 5, fill: "none" });
  const flatEnd = element(map.plot, "circle", { r: 5, fill: "#d55e00", stroke: "#fff" });
  const handle = element(map.plot, "circle",
    { r: 9, fill: "#d55e00", stroke: "#fff", "stroke-width": 2, class: "handle" });

  const plane = panel("The run in the plane of the two coordinates", [-1.3, 1.3], [-0.9, 0.9],
    "flat coordinate", "steep coordinate", ticks(-1, 0, 1), ticks(-0.5, 0, 0.5));
  const contours = element(plane.plot, "g", { class: "line", opacity: 0.35 });
  const track = element(plane.plot, "path", { class: "run" });
  const dots = element(plane.plot, "g", { class: "dot" });

  const decay = panel("The loss against the step, on a logarithmic scale", [0, STEPS], [-12, 3],
    "step t", "loss, powers of ten", ticks(0, 20, 40, 60, 80), ticks(-12, -9, -6, -3, 0, 3));
  const slopes = [["best descent", "2 3"], ["best momentum", "8 3"]].map(([name, dash], i) => {
    const look = { class: "line", "stroke-dasharray": dash }, y = decay.y(2 - 1.3 * i);
    element(decay.plot, "path", { ...look, d: `M${decay.x(46)} ${y - 4}h26` });
    element(decay.plot, "text", { x: decay.x(46) + 32, y }, name);
    return element(decay.plot, "path", look);
  });
  const fall = element(decay.plot, "path", { class: "run" });

  // ---- from the state to the page --------------------------------------------------------------

  const control = name => root.querySelector(`[name=${name}]`);

  function update() {
    const { aL, beta, kappa } = state;
    control("aL").value = aL;
    control("beta").value = beta;
    control("kappa").value = kappa;

    bar.setAttribute("d", path([[aL / kappa, beta], [aL, beta]], map));
    for (const [node, at] of [[flatEnd, aL / kappa], [handle, aL]]) {
      node.setAttribute("cx", map.x(at));
      node.setAttribute("cy", map.y(beta));
    }

    contours.replaceChildren();
    for (let size = 0.2; size < 9; size += 0.3) {
      const rx = (plane.x(size) - plane.x(0)).toFixed(1);
      const ry = ((plane.y(0) - plane.y(size)) / Math.sqrt(kappa)).toFixed(1);
      element(contours, "ellipse", { cx: plane.x(0), cy: plane.y(0), rx, ry });
    }
    const points = run(state).map(point => point.map(v => Math.max(-99, Math.min(99, v))));
    track.setAttribute("d", path(points, plane));
    dots.replaceChildren();
    for (const [a, b] of points.slice(0, 41)) {
      element(dots, "circle", { r: 2.4, cx: plane.x(a).toFixed(1), cy: plane.y(b).toFixed(1) });
    }

    const first = loss(kappa, START);
    const logs = points.map((point, t) => [t, Math.max(-30, Math.log10(loss(kappa, point) / first))]);
    fall.setAttribute("d", path(logs, decay));
    const references = [false, true].map(momentum => {
      const setting = best(kappa, momentum);
      return 2 * Math.log10(Math.max(radius(setting.aL, setting.beta), 1e-9)) * STEPS;
    });
    slopes.forEach((line, i) =>
      line.setAttribute("d", path([[0, 0], [STEPS, references[i]]], decay)));

    const [flat, steep] = [aL / kappa, aL].map(share => radius(share, beta));
    const r = Math.max(flat, steep);
    const verdict = r > 1 + 1e-9 ? "It diverges."
      : r > 1 - 1e-9 ? "It never arrives."
      : `A decimal digit costs ${(Math.log(10) / -Math.log(r)).toFixed(1)} steps.`;
    control("aL").setAttribute("aria-valuetext", `alpha L ${aL.toFixed(2)}`);
    root.querySelector("output").textContent =
      `αL = ${aL.toFixed(2)}, β = ${beta.toFixed(3)}. In the long run a step multiplies the `
      + `flat direction by ${flat.toFixed(3)} and the steep one by ${steep.toFixed(3)}. ${verdict}`;
  }

  function set(changes) {
    Object.assign(state, changes);
    state.aL = Math.max(0.02, Math.min(4, state.aL));
    state.beta = Math.max(0, Math.min(0.99, state.beta));
    update();
  }

  function follow(event) {
    const box = map.svg.getBoundingClientRect(), scale = 330 / box.width;
    const px = (event.clientX - box.left) * scale, py = (event.clientY - box.top) * scale;
    const share = (px - map.x(0)) / (map.x(1) - map.x(0));
    const beta = (map.y(0) - py) / (map.y(0) - map.y(1));
    set({ aL: share, beta });
  }

  map.plot.setAttribute("class", "map");
  map.plot.addEventListener("pointerdown", event => {
    map.plot.setPointerCapture(event.pointerId);
    follow(event);
  });
  map.plot.addEventListener("pointermove", event => {
    if (map.plot.hasPointerCapture(event.pointerId)) follow(event);
  });
  for (const name of ["aL", "beta", "kappa"]) {
    control(name).addEventListener("input", event => set({ [name]: Number(event.target.value) }));
  }
  control("descent").addEventListener("click", () => set(best(state.kappa, false)));
  control("momentum").addEventListener("click", () => set(best(state.kappa, true)));
  update();
})();
