(() => {
  // Sorts the table before this script by the column whose head is chosen, and
  // saves it as CSV.
  const box = document.currentScript.previousElementSibling;
  const table = box.querySelector('table');
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

  // Numbers are saved with all their digits.
  const field = (cell) => {
    if (!('exact' in cell.dataset)) return cell.textContent;
    const x = Number(cell.dataset.number);
    return Number.isNaN(x) ? '' : String(x);
  };
  const quote = (text) => (/[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text);
  const csv = () => [heads.map((h) => h.textContent), ...[...body.rows].map((r) => [...r.cells].map(field))].map((r) => r.map(quote).join(',') + '\n').join('');
  const save = document.createElement('button');
  save.type = 'button';
  save.textContent = 'CSV';
  save.title = 'Save the table as CSV';
  save.style.cssText = 'font: inherit; font-size: 85%; color: inherit; opacity: 0.75; background: none; border: 0; padding: 2px 8px; cursor: pointer; text-decoration: underline';
  save.addEventListener('click', () => {
    const a = document.createElement('a');
    const title = table.caption ? table.caption.textContent : '';
    a.href = URL.createObjectURL(new Blob([csv()], { type: 'text/csv' }));
    a.download = (title.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_|_$/g, '') || 'table') + '.csv';
    box.append(a);
    a.click();
    a.remove();
    setTimeout(() => URL.revokeObjectURL(a.href), 60000);
  });
  box.append(save);
})();
