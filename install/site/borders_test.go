package site

import (
	"fmt"
	"testing"
)

func TestTmp(t *testing.T) {
	dir := t.TempDir()
	for _, source := range []string{
		"text[^1] more\n\n[^1]: the note with *stars*",
		"a [ref][Ref Name] link\n\n[ref name]: https://example.org/x_y 'Title'",
		"[short]\n\n[short]: <other page.ipynb> \"t\"",
		"&alpha; &lt;b&gt; &#955; &nbsp;x &copy;",
		"`&lt;` and <code>a_b</code>",
		"1. one\n\n   ```python\n   a_b = $x$\n   ```\n2. two $y_1$",
		"- item\n  ```\n  $a$ and **b**\n  ```\n- $c_d$ *e*",
		"> quote\n>\n> ```\n> $x_1$ *y*\n> ```\n> $z_1*w*$",
		"    indented $a_b$ *c*\n\nafter $d_e*f*$",
		"| $a_1$ | b |\n|---|---|\n| $x_1 \\| y$ | `a|b` |\n| $|x|$ | c |",
		"\\(a_b\\) and \\[c_d*e*f\\]",
		"\\begin{equation}\na_1 = b_1 * c * d\n\\end{equation}",
		"\\begin{pmatrix}a & b \\\\ c & d\\end{pmatrix}",
		"a<br>b<br/>c  \nd\\\ne",
		"x<sup>2</sup><sub>i</sub> <SUP>3</SUP>",
		"<details open>\n<summary>**S**</summary>\n\n- [ ] a\n- [x] $b_c$\n\n</details>",
		"~~struck $a_b$~~ ~one~",
		"- [ ] todo\n  - [X] nested\n* [ ] star",
		"<img src='attachment:a b.png' alt='q\"'>",
		"[![badge](https://x.org/b.svg)](https://x.org)",
		"<table><tr><th>a</th></tr><tr><td rowspan=2 align=right>b</td></tr></table>",
		"<center>c</center> <font color=red>f</font> <q>q</q> <abbr title=t>A</abbr> <dl><dt>t<dd>d</dl>",
		"<!-- comment --> shown",
		"Term\n: definition",
		"H~2~O and x^2^ ==mark== :smile:",
		"<video src=v.mp4></video> <iframe src=https://x.org></iframe> <audio src=a.mp3></audio>",
		"price $5, $6 and $x$; \\$7 $ 8 $",
		"$$\nx\n\ny\n$$ *z*",
		"# Title {#anchor}\n\nSetext\n===\n",
		"\"quotes\" -- dashes ... 'x'",
		"$`a_b`$ and ```math\nx_1\n```\n\n```math\nx_1*y*z\n```",
		"www.example.org a@b.org ftp://x.y",
		"<svg width=10 height=10><circle r=5 /></svg>",
		"<math><mi>x</mi><msup><mi>y</mi><mn>2</mn></msup></math>",
		"<input type=checkbox checked> <button>b</button> <progress value=3 max=10></progress>",
		"a\u00a0b\tc \u200b zero",
		"<b>un*closed*",
		"[x](<a(b).ipynb>) [y](a\\_b.ipynb) ![z](data:image/png;base64,AAAA)",
		"\\begin{cases} a \\\\\n\n b \\end{cases}",
		"$$ a $$ text $$ b_1 * c * d $$ and $e*f*$",
		"$\\$$ *a* $b$", "$a$b$c_d_e$", "_$a_b$_ **$c*d$** [$e_f$](#x) ![$g_h$](attachment:n.png)",
	} {
		html, left := rendered(t, dir, source, nil)
		fmt.Printf("IN  %q\nOUT %s\nLEFT %q\n\n", source, html, left)
	}
}
