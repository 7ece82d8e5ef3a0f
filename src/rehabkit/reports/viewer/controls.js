// Buttons, sliders and tick boxes. Names from files become text, never markup.

function made(tag, properties, ...inside) {
  const one = Object.assign(document.createElement(tag), properties);
  one.append(...inside);
  return one;
}

function controls() {
  if (scenes.length > 1) whichScene();
  views();
  parts();
  const ticks = { joints: "joints", names: "names", rings: "rings", grid: "grid" };
  for (const [id, name] of Object.entries(ticks)) at(id).addEventListener("change", () => { look[name] = at(id).checked; rebuilt(); });
  at("size").addEventListener("input", () => { look.size = 2 ** Number(at("size").value); rebuilt(); });
  at("dark").addEventListener("click", () => dressed(!look.dark));
  at("all").addEventListener("click", () => allParts(true));
  at("none").addEventListener("click", () => allParts(false));
  at("paint").addEventListener("change", () => { look.paint = at("paint").value; rebuilt(); });
  canvas.addEventListener("keydown", pressed);
  orbit.turned = () => { at("told").textContent = ""; };
  seen();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const view = Number(event.key) - 1;
  if (view >= 0 && view < visible()[0].views.length) lookFrom(view);
  else if (event.key === "0" || event.key === "Home") lookFrom(0);
  else if (event.key === "n") at("names").click();
  else if (!orbit.pressedKey(event)) return;
  event.preventDefault();
}

function whichScene() {
  const choice = at("which");
  scenes.forEach((scene, i) => choice.append(made("option", { value: String(i) }, `${i + 1}. ${scene.title}`)));
  if (scenes.length > 1) {
    choice.append(made("option", { value: "beside" }, "The first two, side by side"));
    choice.append(made("option", { value: "overlaid" }, "The first two, one on the other"));
  }
  choice.addEventListener("change", () => {
    shown.which = choice.value;
    views();
    parts();
    seen();
    rebuilt();
    lookFrom(0, true);
  });
}

function views() {
  at("views").replaceChildren(...visible()[0].views.map((view, i) => {
    const button = made("button", { type: "button" }, view.name);
    button.setAttribute("aria-keyshortcuts", String(i + 1));
    button.append(made("kbd", { ariaHidden: "true" }, String(i + 1)));
    button.addEventListener("click", () => lookFrom(i));
    return button;
  }));
}

function parts() {
  const counted = new Map();
  for (const scene of visible()) {
    const counts = new Array(scene.partNames.length).fill(0);
    scene.labels.forEach((label) => { counts[label] += 1; });
    scene.partNames.forEach((part, i) => {
      if (counts[i]) counted.set(part.name, { colour: part.colour, n: (counted.get(part.name)?.n || 0) + counts[i] });
    });
  }
  at("parts").replaceChildren(...[...counted].map(([name, part]) => partRow(name, part)));
}

function partRow(name, part) {
  const box = made("input", { type: "checkbox", checked: !look.off.has(name) });
  box.addEventListener("change", () => { look.off[box.checked ? "delete" : "add"](name); rebuilt(); });
  const swatch = made("i", { ariaHidden: "true" });
  swatch.style.background = toned(part.colour, look.dark).getStyle();
  return made("li", {}, made("label", {}, box, swatch, made("span", {}, name), made("small", {}, String(part.n))));
}

function allParts(on) {
  look.off = new Set(on ? [] : visible().flatMap((scene) => scene.partNames.map((part) => part.name)));
  parts();
  rebuilt();
}

// What can't be switched in this scene isn't offered; the joints stand in a table for those who can't see them.
function seen() {
  const now = visible();
  const has = {
    "with-parts": now.some((scene) => scene.labels.length), "with-colours": now.some((scene) => scene.labels.length && scene.colours.length),
    "with-joints": now.some((scene) => scene.joints.length), "with-points": now.some((scene) => scene.n),
    "with-overlay": shown.which === "overlaid", "with-simulated": now.some((scene) => scene.simulated),
  };
  for (const [name, there] of Object.entries(has)) document.querySelectorAll(`.${name}`).forEach((one) => { one.hidden = !there; });
  at("caption").textContent = now.map((scene) => scene.caption).filter((text, i, every) => text && every.indexOf(text) === i).join(" ");
  const said = now.map((scene) => `${scene.title}: ${scene.said}`).join(" ");
  canvas.setAttribute("aria-label", `${said} Arrow keys turn it, plus and minus zoom, the numbers choose a view.`);
  at("rows").replaceChildren(...now.flatMap((scene) => scene.joints.map((joint) => jointRow(joint))));
}

function jointRow(joint) {
  const cm = (metres) => (100 * metres).toFixed(1);
  const cells = [...joint.at.map(cm), joint.spread ? `± ${cm(joint.spread)}` : "", joint.hidden ? "hidden" : "seen"];
  return made("tr", {}, made("th", { scope: "row" }, joint.name), ...cells.map((text) => made("td", {}, text)));
}

async function headsetButtons() {
  for (const [id, mode] of [["vr", "immersive-vr"], ["ar", "immersive-ar"]]) {
    const button = at(id), why = await missingFor(mode);
    at(`${id}-why`).textContent = why ? `– ${why}` : "";
    button.disabled = Boolean(why);
    button.addEventListener("click", () => {
      const scene = visible()[0], thing = shown.things[0];
      shown.things.slice(1).forEach((other) => { other.visible = false; });
      headset.enter(mode, thing, scene.radius, () => dressed(look.dark)).catch((error) => { at(`${id}-why`).textContent = `– ${error.message}`; });
    });
  }
}
