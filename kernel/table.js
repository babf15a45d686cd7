(() => {
  // Sorts the table before this script by the column whose head is chosen.
  const table = document.currentScript.previousElementSibling.querySelector('table');
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const key = (row, column) => {
    const cell = row.cells[column];
    return 'number' in cell.dataset ? Number(cell.dataset.number) : cell.textContent;
  };
  // Numbers come first, then what is not a number, then text, up and down.
  const rank = (x) => (typeof x === 'string' ? 2 : Number.isNaN(x) ? 1 : 0);
  const order = (a, b, sign) => {
    if (rank(a) !== rank(b)) {
      return rank(a) - rank(b);
    }
    return sign * (rank(a) === 2 ? a.localeCompare(b) : (a > b) - (a < b));
  };
  heads.forEach((head, column) => {
    head.tabIndex = 0;
    head.style.cursor = 'pointer';
    head.title = 'Sort';
    const sort = () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach((h) => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      body.append(...[...body.rows].sort((r, s) => order(key(r, column), key(s, column), down ? -1 : 1)));
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
