// A picture whose pixels are set one by one, for what would be thousands of shapes.

let sheet = null;

/**
 * An empty picture of a size in pixels of the screen: `{wide, high, dots, show}`. `dots` has 32 bits for each pixel;
 * `show(g, y)` lays it on a canvas, at its left edge. There is one: the last is gone when the next is asked for.
 */
export function sheetOf(width, height) {
  sheet ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const { canvas } = sheet;
  const [wide, high] = [Math.max(1, Math.ceil(width)), Math.max(1, Math.ceil(height))];
  if (canvas.width < wide) canvas.width = wide;
  if (canvas.height < high) canvas.height = high;
  const picture = sheet.createImageData(wide, high);
  const show = (g, y) => {
    const ratio = g.getTransform().a;
    sheet.putImageData(picture, 0, 0);
    g.drawImage(canvas, 0, 0, wide, high, 0, y, wide / ratio, high / ratio);
  };
  return { wide, high, dots: new Uint32Array(picture.data.buffer), show };
}
