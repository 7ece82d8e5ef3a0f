// The page: what is shown, from where, and the controls.

const scenes = JSON.parse(document.getElementById("scenes").textContent).map(decoded);
const at = (id) => document.getElementById(id);
const canvas = at("stage"), shown = { which: "0", things: [] };
const look = { dark: false, paint: "parts", size: 1, joints: true, names: false, rings: true, grid: true, off: new Set(), tint: null };
let renderer, space, camera, orbit, headset, waiting = false;

function began() {
  try {
    renderer = new THREE.WebGLRenderer({ canvas, antialias: true, alpha: true });
  } catch (error) {
    document.body.classList.add("flat");
    at("told").textContent = "This browser can't draw in three dimensions (no WebGL): the still drawings are below.";
    return;
  }
  space = new THREE.Scene();
  camera = new THREE.PerspectiveCamera(FOV_DEG, 1, 0.01, 100);
  orbit = new Orbit(canvas, wanted);
  headset = new Headset(renderer, space, camera);
  const paper = matchMedia("(prefers-color-scheme: dark)");
  paper.addEventListener("change", () => dressed(paper.matches));
  controls();
  new ResizeObserver(wanted).observe(canvas);
  dressed(paper.matches);
  lookFrom(0, true);
  headsetButtons();
}

// Nothing is drawn while nothing changes.
function wanted() {
  if (waiting || renderer.xr.isPresenting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; drawn(); });
}

function visible() {
  return /^\d+$/.test(shown.which) ? [scenes[Number(shown.which)]] : scenes.slice(0, 2);
}

function rebuilt() {
  shown.things.forEach((thing) => { space.remove(thing); freed(thing); });
  const overlaid = shown.which === "overlaid";
  shown.things = visible().map((scene, i) => {
    const thing = thingOf(scene, { ...look, overlaid, tint: overlaid ? [LEFT, RIGHT][i] : null, grid: look.grid && !(overlaid && i) });
    space.add(thing);
    return thing;
  });
  wanted();
}

function drawn() {
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width || !height) return;
  renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
  renderer.setSize(width, height, false);
  const beside = shown.which === "beside", share = beside ? width / 2 : width;
  camera.aspect = share / height;
  orbit.place(camera);
  const radius = Math.max(...visible().map((scene) => scene.radius));
  camera.near = Math.max(orbit.distance - 4 * radius, orbit.distance / 100);
  camera.far = orbit.distance + 6 * radius;
  camera.updateProjectionMatrix();
  space.fog = new THREE.Fog(look.dark ? "#12181f" : "#ffffff", orbit.distance - 0.4 * radius, orbit.distance + 2.6 * radius);
  const perPixel = 2 * PERSPECTIVE / height;
  space.traverse((one) => {
    if (one.userData.pixels) one.scale.set(one.userData.pixels[0] * perPixel, one.userData.pixels[1] * perPixel, 1);
  });
  renderer.setScissorTest(beside);
  shown.things.forEach((thing, i) => {
    if (!beside && i) return;
    if (beside) shown.things.forEach((other) => { other.visible = other === thing; });
    renderer.setViewport(i * share, 0, share, height);
    renderer.setScissor(i * share, 0, share, height);
    renderer.render(space, camera);
  });
  shown.things.forEach((thing) => { thing.visible = true; });
  scaled();
}

// A round number of centimetres, as long as it is in the middle of the scene.
function scaled() {
  const metres = orbit.metresAPixel();
  const longest = 150 * metres * 100, power = 10 ** Math.floor(Math.log10(longest));
  const cm = [5, 2, 1].map((factor) => factor * power).find((one) => one <= longest);
  at("bar").style.width = `${cm / 100 / metres}px`;
  at("length").textContent = `${Number(cm.toPrecision(1))} cm in the middle`;
}

// So near that the box around everything just fits the canvas, from this side.
function fitting(view) {
  const share = shown.which === "beside" ? 2 : 1, aspect = canvas.clientWidth / share / canvas.clientHeight || 1;
  const side = orbit.directions.call(view);
  const reach = (scene, axis) => scene.half.reduce((sum, half, i) => sum + half * Math.abs(axis.getComponent(i)), 0);
  return Math.max(...visible().map((scene) => {
    const across = reach(scene, side.right), up = reach(scene, side.up), ahead = reach(scene, side.eye);
    return 1.12 * Math.max(up, across / aspect) / PERSPECTIVE + ahead;
  }));
}

function lookFrom(i, atOnce) {
  const view = visible()[0].views[i];
  orbit.home = Math.max(fitting(view), 0.01);
  if (atOnce) {
    Object.assign(orbit, { azimuth: view.azimuth, elevation: view.elevation, distance: orbit.home });
    orbit.target.set(0, 0, 0);
    wanted();
  } else {
    orbit.goTo(view.azimuth, view.elevation, orbit.home);
  }
  at("told").textContent = `Seen ${view.name}.`;
}

function dressed(dark) {
  look.dark = dark;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  at("dark").setAttribute("aria-pressed", String(dark));
  parts();
  renderer.setClearColor(dark ? "#12181f" : "#ffffff", 1);
  rebuilt();
}

began();
