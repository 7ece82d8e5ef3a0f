// A camera that goes round the scene: by mouse, by one or two fingers, by keys, or to a named view.

const STEP_DEG = 10, MOVE_MS = 350;

class Orbit {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.target = new THREE.Vector3();
    this.azimuth = 0; // degrees, 0 from the front, positive from the right
    this.elevation = 0; // degrees, 90 from above
    this.distance = 1;
    this.home = 1;
    this.turned = () => {};
    this.fingers = new Map();
    canvas.addEventListener("pointerdown", (event) => this.pressed(event));
    canvas.addEventListener("pointermove", (event) => this.dragged(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
    canvas.addEventListener("wheel", (event) => this.rolled(event), { passive: false });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  directions() {
    const a = this.azimuth * Math.PI / 180, e = this.elevation * Math.PI / 180;
    const eye = new THREE.Vector3(Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e));
    const up = new THREE.Vector3(-Math.sin(a) * Math.sin(e), Math.cos(e), -Math.cos(a) * Math.sin(e));
    return { eye, up, right: new THREE.Vector3().crossVectors(up, eye) };
  }

  place(camera) {
    const { eye, up } = this.directions();
    camera.up.copy(up); // also right where the camera looks straight down
    camera.position.copy(this.target).addScaledVector(eye, this.distance);
    camera.lookAt(this.target);
  }

  metresAPixel() {
    return 2 * this.distance * PERSPECTIVE / this.canvas.clientHeight;
  }

  turn(right, up) {
    this.azimuth += right;
    this.elevation = Math.max(-90, Math.min(90, this.elevation + up));
    this.turned();
    this.changed();
  }

  shift(right, down) {
    const side = this.directions(), metres = this.metresAPixel();
    this.target.addScaledVector(side.right, -right * metres).addScaledVector(side.up, down * metres);
    this.changed();
  }

  zoom(factor) {
    this.distance = Math.max(this.home / 20, Math.min(this.home * 5, this.distance * factor));
    this.changed();
  }

  pressed(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.moving = null;
  }

  dragged(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const across = now.x - before.x, down = now.y - before.y;
    if (this.fingers.size === 2) {
      const [other] = [...this.fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const apart = (at) => Math.max(Math.hypot(at.x - other.x, at.y - other.y), 1);
      this.fingers.set(event.pointerId, now);
      this.zoom(apart(before) / apart(now));
      this.shift(across / 2, down / 2);
      return;
    }
    this.fingers.set(event.pointerId, now);
    if (event.shiftKey || event.buttons === 2 || event.buttons === 4) this.shift(across, down);
    else this.turn(-across * 0.4, down * 0.4);
  }

  rolled(event) {
    event.preventDefault();
    this.zoom(Math.exp(Math.max(-100, Math.min(100, event.deltaY)) * 0.0015));
  }

  // Whether the key meant something here.
  pressedKey(event) {
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const arrow = arrows[event.key];
    if (arrow && event.shiftKey) this.shift(30 * arrow[0], -30 * arrow[1]);
    else if (arrow) this.turn(STEP_DEG * arrow[0], STEP_DEG * arrow[1]);
    else if (event.key === "+" || event.key === "=") this.zoom(0.85);
    else if (event.key === "-") this.zoom(1 / 0.85);
    else return false;
    return true;
  }

  // Straight there where somebody asked their system for less motion.
  goTo(azimuth, elevation, distance) {
    const turns = Math.round((this.azimuth - azimuth) / 360) * 360;
    const from = [this.azimuth, this.elevation, this.distance, this.target.clone()];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const started = performance.now(), mine = (this.moving = {});
    const step = () => {
      if (this.moving !== mine) return;
      const share = still ? 1 : Math.min(1, (performance.now() - started) / MOVE_MS), eased = share * share * (3 - 2 * share);
      this.azimuth = from[0] + eased * (azimuth + turns - from[0]);
      this.elevation = from[1] + eased * (elevation - from[1]);
      this.distance = from[2] + eased * (distance - from[2]);
      this.target.copy(from[3]).multiplyScalar(1 - eased);
      this.changed();
      if (share < 1) requestAnimationFrame(step);
    };
    step();
  }
}
