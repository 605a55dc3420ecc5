/** Which pixels of a map are foreground: 1, all others 0; row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/**
 * The connected parts of the foreground; pixels that touch at a corner are connected.
 *
 * @returns for each part the indices (`y * width + x`) of its pixels, in no order; views of one array
 */
export function connectedComponents(mask: Mask): readonly Int32Array[] {
  const { width, height, pixels } = mask;
  const isSeen = new Uint8Array(pixels.length);
  // The pixels of all parts one after the other. While a part grows, its end of the array is the queue of those whose
  // neighbours are still to be looked at: |  finished parts  |  looked at  |  queued  |  free  |
  const found = new Int32Array(pixels.length);
  const components: Int32Array[] = [];
  let end = 0;
  for (let seed = 0; seed < pixels.length; seed++) {
    if (pixels[seed] !== 1 || isSeen[seed] === 1) {
      continue;
    }
    const start = end;
    found[end++] = seed;
    isSeen[seed] = 1;
    for (let next = start; next < end; next++) {
      const index = found[next] as number; // next < end, which were written
      const x = index % width;
      const y = (index - x) / width;
      const xMax = Math.min(x + 1, width - 1);
      const yMax = Math.min(y + 1, height - 1);
      for (let neighbourY = Math.max(y - 1, 0); neighbourY <= yMax; neighbourY++) {
        for (let neighbourX = Math.max(x - 1, 0); neighbourX <= xMax; neighbourX++) {
          const neighbour = neighbourY * width + neighbourX;
          if (pixels[neighbour] === 1 && isSeen[neighbour] === 0) {
            isSeen[neighbour] = 1;
            found[end++] = neighbour;
          }
        }
      }
    }
    components.push(found.subarray(start, end));
  }
  return components;
}
