(() => {
  // Sorts the table before this script by the column whose head is chosen.
  const table = document.currentScript.previousElementSibling.querySelector('table');
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const key = (row, column) => {
    const cell = row.cells[column];
    return 'number' in cell.dataset ? Number(cell.dataset.number) : cell.textContent;
  };
  const order = (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') {
      return Number.isNaN(a) - Number.isNaN(b) || a - b;
    }
    return typeof a === 'number' ? -1 : typeof b === 'number' ? 1 : a.localeCompare(b);
  };
  heads.forEach((head, column) => {
    head.tabIndex = 0;
    head.style.cursor = 'pointer';
    head.title = 'Sort';
    const sort = () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach((h) => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows].sort((r, s) => order(key(r, column), key(s, column)));
      body.append(...(down ? rows.reverse() : rows));
    };
    head.addEventListener('click', sort);
    head.addEventListener('keydown', (e) => {
      if (e.key === 'Enter' || e.key === ' ') {
        e.preventDefault();
        sort();
      }
    });
  });
})();
