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

  // Where the table is wider than its box, each row is a list, a column to a line.
  const style = document.createElement('style');
  style.textContent = `
    @media not print {
      .myogen-table.listed :is(table, tbody, tbody tr) { display: block; }
      .myogen-table.listed thead tr { display: flex; flex-wrap: wrap; background: none; }
      .myogen-table.listed th { padding: 2px 8px !important; text-align: left !important; overflow-wrap: anywhere; min-width: 0; }
      .myogen-table.listed tbody tr { padding: 4px 0; border-top: 1px solid #8886; }
      .myogen-table.listed td { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 8px; padding: 1px 8px !important; border: 0; min-width: 0 !important; text-align: left !important; white-space: pre-wrap !important; overflow-wrap: anywhere; }
      .myogen-table.listed td::before { content: attr(data-column); opacity: .75; white-space: normal; }
    }`;
  const roles = { table: 'table', thead: 'rowgroup', tbody: 'rowgroup', tr: 'row', th: 'columnheader', td: 'cell' }; // a list has none by itself
  for (const e of [table, ...table.querySelectorAll(Object.keys(roles))]) e.setAttribute('role', roles[e.localName]);
  for (const row of body.rows) [...row.cells].forEach((c, i) => { c.dataset.column = heads[i].textContent; });
  let room = 0, narrow = 0; // the widths of the box now, and of the last list
  const fit = () => {
    // A list can bring a scroll bar of the page, whose width is not a reason to end it.
    if (box.clientWidth === room || (narrow && Math.abs(box.clientWidth - narrow) < 24)) return;
    room = box.clientWidth;
    box.classList.remove('listed');
    const listed = Math.max(table.offsetWidth, table.scrollWidth) > room;
    box.classList.toggle('listed', listed);
    narrow = listed ? room : 0;
  };
  new ResizeObserver(fit).observe(box);

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
  box.append(style, save);
})();
