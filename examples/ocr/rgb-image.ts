/** A picture in memory: rows from the top, pixels from the left, three bytes each (red, green, blue). */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` bytes. */
  readonly pixels: Uint8Array;
}

/** The picture turned by 180 degrees. */
export function turnImage(image: RgbImage): RgbImage {
  const { width, height, pixels } = image;
  const turned = new Uint8Array(pixels.length);
  for (let from = 0, to = pixels.length - 3; to >= 0; from += 3, to -= 3) {
    turned.set(pixels.subarray(from, from + 3), to);
  }
  return { width, height, pixels: turned };
}
