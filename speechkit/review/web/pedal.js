// Foot pedals that speak USB HID: VEC Infinity, two bytes, a bit a pedal. Others act as keys.

const VEC = { vendorId: 0x05f3, productId: 0x00ff };
const LEFT = 1;
const MIDDLE = 2;
const RIGHT = 4;

/**
 * Connect; the middle pedal plays while held, left and right go back and on.
 * @param {import("./player.js").Player} player
 */
export async function connectPedal(player) {
  const [device] = await /** @type {any} */ (navigator).hid.requestDevice({ filters: [VEC] });
  if (!device) return false;
  await device.open();
  let before = 0;
  device.addEventListener("inputreport", (/** @type {{ data: DataView }} */ { data }) => {
    const now = data.getUint8(0);
    const pressed = now & ~before;
    if (pressed & LEFT) player.skip(-2);
    if (pressed & RIGHT) player.skip(2);
    if (pressed & MIDDLE && !player.playing) player.toggle();
    if (before & ~now & MIDDLE) player.pause();
    before = now;
  });
  return true;
}
