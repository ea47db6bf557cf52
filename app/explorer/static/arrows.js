// Arrow keys in a table of links: one stop for Tab, then from filled cell to filled cell.
export function arrows(table) {
  const grid = [...table.rows].map((row) => [...row.cells].map((cell) => cell.querySelector("a")));
  const links = grid.flat().filter(Boolean);
  const home = table.tBodies[0]?.querySelector("td a") ?? links[0];
  for (const link of links) link.tabIndex = link === home ? 0 : -1;

  const place = (link) => [link.closest("tr").rowIndex, link.closest("td,th").cellIndex];
  const along = {
    ArrowRight: ([r, c], step) => grid[r]?.[c + step],
    ArrowLeft: ([r, c], step) => grid[r]?.[c - step],
    ArrowDown: ([r, c], step) => grid[r + step]?.[c],
    ArrowUp: ([r, c], step) => grid[r - step]?.[c],
  };
  function next(from, key) {
    const row = grid[place(from)[0]].filter(Boolean);
    if (key === "Home") return row[0];
    if (key === "End") return row.at(-1);
    const most = Math.max(grid.length, grid[0].length);
    for (let step = 1; step <= most; step += 1) {
      const found = along[key](place(from), step);
      if (found) return found;
    }
  }
  table.addEventListener("keydown", (event) => {
    const from = event.target.closest("a");
    if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(event.key in along) && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    const to = next(from, event.key);
    if (!to) return;
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
